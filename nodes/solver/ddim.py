"""DDIM, between a deterministic step and the posterior of DDPM."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, Fraction, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, by_x, combined
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.euler import Euler
from nodes.solver.staying import stayed


@node(abilities=abilities("memoryless", depending={"stochastic": "eta"}), cost=Estimate(calls=lambda steps: steps))
def ddim(*, eta: Fraction = 0.0) -> Solver:
    """DDIM (Song et al. 2021, arXiv:2010.02502, equations 12 and 16).

    x' ~ N(α' x0 + √(σ'² − σ_up²) ε, σ_up²) with σ_up = η (σ'/σ) √(1 − α²/α'²) and α² + σ² = 1; in the level alone
    σ_up/α' = η s' √(1 − s'²/s²), so it is the same in every process. η = 0 draws nothing and is solver.euler, bitwise;
    η = 1 is the posterior of DDPM, and for these levels SDE-DPM-Solver++ 1. Where the level rises nothing is drawn.
    Weak order 1; 1 model call a step. Errors: a sample of tokens.
    """
    return Euler() if eta == 0 else Ddim(eta)


class Ddim(Stochastic):
    """The method of `ddim` with η above 0."""

    abilities = frozenset({"stochastic", "memoryless"})

    def __init__(self, eta: float) -> None:
        self.eta = eta

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def std(self, s: Tensor, s_next: Tensor) -> Tensor:
        """σ_up of a step from s to s_next, like them."""
        return drawn(s, s_next, self.eta)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        std = self.std(state.s, s_next)
        alpha, sigma = alpha_sigma(s_next)
        left = torch.sqrt((sigma.square() - std.square()).clamp(min=0))
        mean = combined(by_x(alpha, left, state.s), (x0, state.x))
        mean = stayed(begun, mean, state.s, s_next)
        return GaussianKernel(mean, std, state, state.reached(mean, s_next))


def drawn(s: Tensor, s_next: Tensor, eta: float) -> Tensor:
    """σ_up of a step from s to s_next, like them; 0 where the level rises."""
    (alpha, sigma), (alpha_next, sigma_next) = alpha_sigma(s), alpha_sigma(s_next)
    falls = s_next < s
    share = torch.where(falls, alpha / alpha_next, 1.0)
    ratio = torch.where(falls, sigma_next / sigma, 0.0)
    return eta * ratio * torch.sqrt((1 - share.square()).clamp(min=0))
