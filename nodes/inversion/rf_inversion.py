"""RF-Inversion: the way from a sample to noise that is given, controlled."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, Fraction, Known, RunContext, Seed, Steps, node
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, alpha_sigma, factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.inversion.climbing import climbed
from nodes.solver.counting import calls_over
from nodes.solver.euler import euler
from nodes.solver.standard import solver_known

PURPOSE = "inversion/rf_inversion"


def cost(known: Known) -> Estimate:
    """The solver's calls; one a step without a solver."""
    rows = known.input("sample").rows
    asked = calls_over(solver_known(known), known.input("levels"))
    return Estimate(nfe=rows * asked * known.input("model").each, rows=rows)


@node(cost=cost)
def rf_inversion(
    sample: Sample,
    model: Model,
    levels: Levels,
    solver: Solver | None = None,
    *,
    gamma: Fraction = 0.5,
    seed: Seed = 0,
    run: RunContext,
) -> Steps[Sample]:
    """RF-Inversion (Rout et al. 2024, arXiv:2410.10792): a sample taken up to noise, pulled to noise that is typical.

    In the time t = s/(1 + s) of a rectified flow, with u = ε − x0 of the model: dY = [u + gamma ((y1 − Y)/(1 − t) − u)]
    dt, y1 ~ N(0, I) of the row's own and of `seed`. As a prediction that is x0 ← (1 − gamma) x0 + gamma (x − σ y1)/α,
    so it holds in every process and for every `solver`, solver.euler where none is wired. gamma 0 is plain inversion,
    inversion.ddim under Euler, bitwise; 1 ends at y1 exactly where the levels begin at pure noise, and keeps nothing of
    the sample in it. Between, the noise is likelier under the model than that of plain inversion; what it loses of the
    sample guidance.rf_inversion gives back on the way down. `levels` fall, as for sampling; the sample stands at the
    last. At s = 0 nothing of the noise is seen, and the first step pulls nothing.
    x [B, *event] stays that. Cost: the solver's calls, 1 a step for Euler's.
    Errors: a sample at another level than the last, as pure noise.
    """
    guided = model if gamma == 0 else TowardNoise(model, gamma, seed)
    return (yield from climbed(sample, guided, solver or euler(), levels, run))


class TowardNoise(Mixer):
    """A model pulled toward each row's own noise."""

    def __init__(self, model: Model, gamma: float, seed: int) -> None:
        self.model, self.gamma, self.seed = model, gamma, seed
        self.space = model.space

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The part `gamma` of the x0 that lies on the line from the noise through x; at s = inf there is none."""
        x0 = answers[0].x0
        (alpha, sigma), noise = alpha_sigma(q.s), self.noise(q, ctx)
        reach = self.gamma * (alpha > 0).double()
        line = (q.x - factor(sigma, q.x) * noise) / factor(torch.where(alpha > 0, alpha, 1.0), q.x)
        return Prediction(x0 + factor(reach, x0) * (line - x0))

    def noise(self, q: Query, ctx: Context) -> Tensor:
        """The y1 of each row, the same at every step."""
        still = replace(q, step=torch.zeros_like(q.step))
        return ctx.noise.normal(still, f"{PURPOSE} {self.seed}")
