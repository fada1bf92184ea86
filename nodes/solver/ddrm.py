"""Denoising diffusion restoration: each singular direction of the operator is sampled in its own way."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, eps_of, factor
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.measurement.linear import Spectral
from nodes.measurement.posterior import require_even
from nodes.solver.drawn import Drawn


@node(abilities=abilities("stochastic", "memoryless"), cost=Estimate(calls=lambda steps: steps))
def ddrm(
    operator: Annotated[Operator, needs("svd")],
    measurement: Measurement,
    *,
    eta: Fraction = 0.85,
    eta_b: Annotated[Fraction, also("etaB")] = 1.0,
) -> Solver:
    """DDRM (Kawar et al. 2022, arXiv:2201.11793, equations 7 and 8) for an operator A = U Σ Vᵀ.

    In the directions of V, with ȳ = Vᵀ A⁺ y of deviation σ_y/ς, y = x0 + s·ε and the predicted x̄0, a step to s' draws
    x̄0 + √(1 − η²) s' ε̄ + η s' z where ς = 0; x̄0 + √(1 − η²) s' (ȳ − x̄0) ς/σ_y + η s' z where the level is below the
    measurement's own, s' < σ_y/ς; and (1 − η_b) x̄0 + η_b ȳ + √(s'² − η_b² σ_y²/ς²) z above it. Without noise and with
    η_b = 1 the sample agrees with the measurement. Defaults are the paper's. It begins with the noise it is given, as
    any solver; the paper adds ȳ there too, which the first step does for all directions but those of ς = 0.
    Not exact. Noise goes in within the step, whose law is a point then. Row r has the measurement `origin mod R`.
    1 model call a step. Errors: an operator without singular values; one that did not measure; a sample of tokens;
    levels that differ by place.
    """
    if not isinstance(operator, Spectral):
        raise InputError(
            "the operator has no singular values at hand",
            where="operator",
            given=type(operator).__name__,
            allowed='an operator with the ability "svd", as measurement.mask or measurement.super_resolution',
            mend="use measurement.pigdm or solver.daps",
        )
    measurement.require(operator)
    return Ddrm(operator, measurement, eta, eta_b)


class Ddrm(Drawn):
    """The method of `ddrm`."""

    abilities = frozenset({"stochastic", "memoryless"})

    def __init__(self, operator: Spectral, measurement: Measurement, eta: float, eta_b: float) -> None:
        self.operator, self.measurement, self.eta, self.eta_b = operator, measurement, eta, eta_b

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Each part filtered by what the singular values make of it, in x = α y."""
        require_even(state.s)
        state, x0 = look(model, state, s_next, ctx)
        missing = self.operator.pinv(self.measurement.residual(self.operator, x0, state.rows, ctx), state.rows)
        parts = (eps_of(state.x, x0, state.s), missing, ctx.noise.normal(state, "step"))
        gains = Gains(self.measurement.sigma, self.eta, self.eta_b, s_next, x0)
        ways = (gains.of_eps, gains.of_missing, gains.of_noise)
        moved = [self.operator.filtered(part, gain, state.rows) for part, gain in zip(parts, ways, strict=True)]
        return state.reached(torch.stack([gains.alpha * x0, *moved]).sum(0), s_next)


class Gains:
    """What each part of a step to level s' but α' x0 is multiplied with, by the singular value ς."""

    def __init__(self, sigma_y: float, eta: float, eta_b: float, s_next: Tensor, like: Tensor) -> None:
        alpha, sigma = alpha_sigma(s_next)
        self.alpha, self.sigma, self.s = factor(alpha, like), factor(sigma, like), factor(s_next, like)
        self.sigma_y, self.eta, self.eta_b, self.kept = sigma_y, eta, eta_b, math.sqrt(1 - eta * eta)

    def of_eps(self, values: Tensor) -> Tensor:
        """Of the noise that belongs to it."""
        none = torch.zeros_like(self.sigma)
        return self._chosen(values, self.kept * self.sigma, none, none)

    def of_missing(self, values: Tensor) -> Tensor:
        """Of what the prediction misses, ȳ − x̄0."""
        inside = self.sigma * self.kept * self._against(values)
        return self._chosen(values, torch.zeros_like(self.sigma), inside, self.eta_b * self.alpha)

    def of_noise(self, values: Tensor) -> Tensor:
        """Of fresh noise."""
        safe = torch.where(values > 0, values, 1.0)
        share = torch.where(self.s > 0, self.eta_b * self.sigma_y / safe / torch.where(self.s > 0, self.s, 1.0), 0.0)
        above = self.sigma * torch.sqrt((1 - share.square()).clamp(min=0))
        return self._chosen(values, self.eta * self.sigma, self.eta * self.sigma, above)

    def _against(self, values: Tensor) -> Tensor:
        """1 over the measurement's own level, ς/σ_y; 0 without noise, where no level is below it."""
        return values / self.sigma_y if self.sigma_y else torch.zeros_like(values)

    def _chosen(self, values: Tensor, unseen: Tensor, below: Tensor, above: Tensor) -> Tensor:
        """By what the measurement says of a direction at this level."""
        there = values > math.sqrt(torch.finfo(values.dtype).eps)
        return torch.where(there, torch.where(self.s * values < self.sigma_y, below, above), unseen)
