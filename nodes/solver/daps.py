"""Decoupled annealing: a clean point is drawn that agrees with the measurement, and noised to the next level."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.measurement.flowchef import misfit_slope
from nodes.measurement.posterior import PriorVariance, left_over, proximal, require_even, require_linear, require_noise

Draw: TypeAlias = Literal["exact", "langevin"]


@node(abilities=abilities("stochastic", "memoryless"), cost=Estimate(calls=lambda steps: steps))
def daps(
    operator: Operator,
    measurement: Measurement,
    *,
    draw: Draw = "exact",
    prior_variance: PriorVariance = 1.0,
    langevin_steps: Annotated[int, Number(integer=True, minimum=1, maximum=10000, work=True)] = 20,
    step_size: Annotated[float, Number(minimum=1e-6, maximum=1), also("lr")] = 0.1,
) -> Solver:
    """DAPS, decoupled annealing posterior sampling (Zhang et al. 2024, arXiv:2407.01521, Algorithm 1).

    At each level a clean point is drawn from N(x0; x0(x), r² I) · N(y; A x0, σ_y² I), and noised afresh to the next:
    x' = α' x0 + σ' z. So errors of early steps do not bind later ones. r² = v s²/(v + s²), v = `prior_variance`; right
    for data N(m, v), for which all levels are exact; a large v is the paper's r = s. "exact" draws by perturbation: the
    proximal point of x0(x) + r z and y + σ_y z', for A linear. "langevin": `langevin_steps` steps
    x ← x + δ/2 ∇ + √δ z, δ = 2 step_size · r² σ_y²/(r² + σ_y²), for any A with gradients and |A| up to about 1; a
    default not of the paper, whose steps are given in its own units. x0(x) is one prediction; the paper solves the
    probability flow for some steps. Row r has the measurement `origin mod R`.
    1 model call a step. Errors: a sample of tokens; "exact" with an operator that is not linear; "langevin" of a
    measurement without noise; an operator that did not measure.
    """
    if draw == "exact":
        require_linear(operator, measurement)
    else:
        measurement.require(operator)
        require_noise(measurement, "Langevin steps toward a measurement without noise never end")
    return Daps(operator, measurement, draw, prior_variance, (langevin_steps, step_size))


class Daps(Stochastic):
    """The method of `daps`."""

    abilities = frozenset({"stochastic", "memoryless"})

    def __init__(
        self,
        operator: Operator,
        measurement: Measurement,
        draw: Draw = "exact",
        variance: float = 1.0,
        walk: tuple[int, float] = (20, 0.1),
    ) -> None:
        self.operator, self.measurement, self.variance, self.walk = operator, measurement, variance, walk
        self.draw: Draw = draw

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The clean point, drawn already, and its noise."""
        require_even(state.s)
        state, x0 = look(model, state, s_next, ctx)
        spread = left_over(state.s, self.variance)
        clean = self._exact(state, x0, spread, ctx) if self.draw == "exact" else self._walked(state, x0, spread, ctx)
        alpha, sigma = alpha_sigma(s_next)
        mean = factor(alpha, clean) * clean
        return GaussianKernel(mean, sigma, state, state.reached(mean, s_next))

    def _exact(self, state: State, x0: Tensor, spread: Tensor, ctx: Context) -> Tensor:
        """The proximal point of what was perturbed as the law is wide, which is a draw from it."""
        near, sigma = x0 + factor(spread.sqrt(), x0) * ctx.noise.normal(state, "daps/prior"), self.measurement.sigma
        apart = self.measurement.residual(self.operator, near, state.rows, ctx)
        z = normal(state.rows, tuple(apart.shape[1:]), "daps/measurement", step=state.step)
        weight = torch.where(spread > 0, sigma**2 / spread, torch.inf)
        return proximal(self.operator, near, apart + sigma * moved(z.to(near.dtype), near.device), weight, state.rows)

    def _walked(self, state: State, x0: Tensor, spread: Tensor, ctx: Context) -> Tensor:
        """So many steps of Langevin's from the prediction."""
        sigma, (count, size) = self.measurement.sigma, self.walk
        length = 2 * size * spread * sigma**2 / (spread + sigma**2)
        toward = torch.where(spread > 0, length / 2 / spread.clamp_min(torch.finfo(torch.float64).tiny), 0.0)
        clean = x0
        for number in range(count):
            pull = factor(length / 2 / sigma**2, x0) * misfit_slope(
                self.operator, self.measurement, clean, state.rows, ctx
            )
            z = ctx.noise.normal(state, "daps/langevin", number)
            clean = clean - factor(toward, x0) * (clean - x0) - pull + factor(length.sqrt(), x0) * z
        return clean
