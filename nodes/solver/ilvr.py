"""Projection after each step onto the measurement, noised to the step's level."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.measurement.posterior import require_even, require_linear
from nodes.solver.over import Over


def cost(known: Known) -> Estimate:
    """The inner solver's."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(
    abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "kappa"}),
    cost=cost,
    also=("solver.score_sde_projection", "solver.projection"),
)
def ilvr(
    solver: Solver,
    operator: Operator,
    measurement: Measurement,
    *,
    kappa: Annotated[float, Number(minimum=0, maximum=1, step=0.05), also("strength", "lambda_")] = 1.0,
) -> Solver:
    """ILVR (Choi et al. 2021, arXiv:2108.02938) with measurement.low_pass; the projection of score SDEs with any A.

    After each step of the solver, to level s': x ← x + kappa · A⁺(y' − A x), y' = α' y + σ' A z, the measurement as it
    would look at that level with fresh noise z (Song et al. 2021, arXiv:2011.13456, appendix I.2). At s' = 0 and
    kappa = 1 the sample agrees with y, so noise of y is put in like the rest. For independent coordinates what is not
    seen follows the model; else it is biased, as a step cannot foresee what is put in after it: solver.repaint around
    it lessens that, and with measurement.mask is RePaint. kappa 0 is the solver, bitwise. Noise goes in within the
    step, whose law is a point then. Row r has the measurement `origin mod R`.
    Cost: the solver's calls. Errors: an operator that is not linear; one that did not measure; a solver of tokens;
    levels that differ by place.
    """
    require_linear(operator, measurement)
    if "tokens" in solver.abilities:
        raise InputError("tokens are not measured", where="solver", given=type(solver).__name__, mend="take it out")
    return solver if kappa == 0 else Projected(solver, operator, measurement, kappa)


class Projected(Over):
    """The method of `ilvr`."""

    def __init__(self, inner: Solver, operator: Operator, measurement: Measurement, kappa: float) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.operator, self.measurement, self.kappa = operator, measurement, kappa

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, projected."""
        require_even(state.s)
        after = self.inner.step(model, state, s_next, ctx)
        alpha, sigma = alpha_sigma(s_next)
        y, seen = self.measurement.both(self.operator, after.x, state.rows, ctx)
        noise = self.operator.apply(ctx.noise.normal(state, "ilvr"), state.rows)
        there = factor(alpha, y) * y + factor(sigma, y) * noise
        missing = self.operator.pinv(there - seen, state.rows)
        return replace(after, x=after.x + self.kappa * missing, pred_to=None)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point, its noise being drawn already."""
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)
