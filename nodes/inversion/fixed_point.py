"""Fixed-point inversion: the noise from which a DDIM step leads here, found by asking again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, RunContext, Steps, also, node
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, probe
from nodes.contracts.state import State
from nodes.inversion.accelerated import accelerated
from nodes.inversion.climbing import climbed
from nodes.solver.edict import coefficients
from nodes.solver.staying import stayed


def cost(known: Known) -> Estimate:
    """So many calls a step as there are iterations."""
    rows, iterations = known.input("sample").rows, known.number("num_iterations")
    return Estimate(nfe=rows * known.input("levels").steps * iterations * known.input("model").each, rows=rows)


@node(cost=cost, also=("inversion.renoise", "inversion.aidi"))
def fixed_point(
    sample: Sample,
    model: Model,
    levels: Levels,
    *,
    num_iterations: Annotated[int, Number(integer=True, minimum=1, maximum=100), also("num_renoise_steps")] = 5,
    average: Annotated[int, Number(integer=True, minimum=1, maximum=100)] = 1,
    anderson: Annotated[int, Number(integer=True, minimum=0, maximum=5)] = 0,
    run: RunContext,
) -> Steps[Sample]:
    """Fixed-point inversion: DDIM steps undone by iteration, x' with which the step from s' to s gives x.

    x' = a x + b ε(x', s') with a = α'/α and b = σ' − a σ, begun at x' = x and repeated `num_iterations` times; each
    time the error shrinks by |b| times the slope of ε, below 1 where steps are short. `levels` fall, as for sampling;
    the sample stands at the last. At the limit solver.ddim over the same levels gives it back exactly, whatever the
    model is; over too long steps, or under strong guidance, it diverges. All rows iterate equally often.
    `average` of the last iterates is ReNoise (Garibi et al. 2024, arXiv:2403.14602; without its corrections of the
    noise). `anderson` is how many earlier iterates Anderson's acceleration mixes, as in AIDI (Pan et al. 2023,
    arXiv:2309.04907); 0 is the plain iteration (also Meiri et al. 2023, arXiv:2312.12540).
    x [B, *event] stays that. Cost: num_iterations model calls a step.
    Errors: a sample at another level than the last, as pure noise; levels that begin at pure noise.
    """
    if bool(torch.isinf(levels.s).any()):
        raise InputError(
            "no iteration leads to pure noise",
            where="levels",
            given=levels.describe(),
            allowed="finite levels",
            mend="begin at a large finite level, as 80",
        )
    return (yield from climbed(sample, model, Implicit(num_iterations, average, anderson), levels, run))


class Implicit(Solver):
    """Steps to the x' from which a DDIM step leads back here."""

    def __init__(self, iterations: int, average: int, anderson: int) -> None:
        self.iterations, self.average, self.anderson = iterations, average, anderson

    def calls(self, steps: int) -> float:
        """So many a step as there are iterations."""
        return steps * self.iterations

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The last iterate, or the mean of the last ones."""
        scale, shift = coefficients(state.s, s_next)
        still, push = factor(scale, state.x) * state.x, factor(shift, state.x)
        asked, found = [state.x], list[Tensor]()
        for _ in range(self.iterations):
            x0, eps = probe(model, state, asked[-1], s_next, ctx)
            found.append(still + push * eps)
            asked.append(accelerated(asked, found, self.anderson))
        last = found[-self.average :]
        reached = torch.stack(last).mean(0) if len(last) > 1 else asked[-1]
        after = state.reached(stayed(state.x, reached, state.s, s_next), s_next)
        return replace(after, pred=Prediction(x0))
