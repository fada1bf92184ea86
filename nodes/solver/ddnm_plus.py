"""The null-space method for measurements with noise, which takes the place of noise that a step would draw."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import Estimate, Fraction, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, by_x, combined, factor
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.measurement.linear import Spectral
from nodes.measurement.posterior import require_even, require_linear
from nodes.solver.ddim import drawn
from nodes.solver.drawn import Drawn

LEAST = 0.03
"""Of the largest singular value; what is measured with noise and seen less than that is not put in."""


@node(
    abilities=abilities("memoryless", depending={"stochastic": "eta"}),
    cost=Estimate(calls=lambda steps: steps),
    also=("solver.ddnm+",),
)
def ddnm_plus(operator: Operator, measurement: Measurement, *, eta: Fraction = 0.85) -> Solver:
    """DDNM+ (Wang et al. 2022, arXiv:2212.00490, section 3.3): measurement.ddnm for a measurement with noise.

    A step of solver.ddim with x0' = x0 + λ A⁺(y − A x0) in which x0 counts a times; the measurement's noise comes in
    with a λ σ_y/ς in a direction of singular value ς, and the step draws so much less: where its σ_up is at least
    a σ_y/ς, λ = 1 and √(σ_up² − (a σ_y/ς)²) is drawn; else λ = σ_up ς/(a σ_y) and nothing. Without noise it is
    solver.ddim over measurement.ddnm. `eta` is that of DDIM; 0.85 as commonly given, not confirmed; with η = 0 a
    measurement with noise says nothing. An operator without singular values at hand is taken for one whose are 1, as
    the paper's simple form does. y's noise is the same at every step, which the rule takes for fresh, and adds up where
    ς is small: much as in the authors' code of blur, directions below 0.03 of the largest are left to the model. For
    time travel wire solver.repaint around it. Not exact. Noise goes in within the step, whose law is a point then.
    Row r has the measurement `origin mod R`.
    1 model call a step. Errors: an operator that is not linear; one that did not measure; a sample of tokens;
    levels that differ by place.
    """
    require_linear(operator, measurement)
    return NullSpaceSteps(operator, measurement, eta)


class NullSpaceSteps(Drawn):
    """The method of `ddnm_plus`."""

    def __init__(self, operator: Operator, measurement: Measurement, eta: float) -> None:
        self.operator, self.measurement, self.eta = operator, measurement, eta
        self.abilities = frozenset({"memoryless", "stochastic"} if eta else {"memoryless"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """A step of DDIM, the measurement put in."""
        require_even(state.s)
        state, x0 = look(model, state, s_next, ctx)
        up = drawn(state.s, s_next, self.eta)
        alpha, sigma = alpha_sigma(s_next)
        of_x0, of_x = by_x(alpha, torch.sqrt((sigma.square() - up.square()).clamp(min=0)), state.s)
        shares = Shares(self.measurement.sigma, factor(of_x0, x0), factor(up, x0))
        missing = self.operator.pinv(self.measurement.residual(self.operator, x0, state.rows, ctx), state.rows)
        z = ctx.noise.normal(state, "step") if self.eta else torch.zeros_like(x0)
        if isinstance(self.operator, Spectral):
            put_in = self.operator.filtered(missing, shares.of_missing, state.rows)
            noise = self.operator.filtered(z, shares.of_noise, state.rows)
        else:
            ones = torch.ones_like(factor(up, x0))
            put_in, noise = shares.of_missing(ones) * missing, shares.of_noise(ones) * z
        return state.reached(combined((of_x0, of_x), (x0 + put_in, state.x)) + noise, s_next)


class Shares:
    """λ and the deviation that is left to draw, by the singular value ς."""

    def __init__(self, sigma_y: float, weight: Tensor, up: Tensor) -> None:
        self.sigma_y, self.weight, self.up = sigma_y, weight, up

    def of_missing(self, values: Tensor) -> Tensor:
        """The share λ of what x0 misses."""
        own = self._own(values)
        share = torch.where(self.up >= own, 1.0, self.up / torch.where(own > 0, own, 1.0))
        return torch.where(self._faint(values), 0.0, share)

    def of_noise(self, values: Tensor) -> Tensor:
        """What is drawn."""
        return torch.sqrt((self.up.square() - self._own(values).square()).clamp(min=0))

    def _own(self, values: Tensor) -> Tensor:
        """The deviation a σ_y/ς that the measurement would bring; 0 where it says nothing."""
        there = (values > math.sqrt(torch.finfo(values.dtype).eps)) & ~self._faint(values)
        return torch.where(there, self.weight * self.sigma_y / torch.where(there, values, 1.0), 0.0)

    def _faint(self, values: Tensor) -> Tensor:
        """Where a direction is seen too little for its noise."""
        largest = values.flatten(1).amax(1).reshape(-1, *(1,) * (values.ndim - 1))
        return values < (LEAST if self.sigma_y else 0.0) * largest
