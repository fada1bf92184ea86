"""Euler's method with fresh noise at every step."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, eps_of, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.euler import Euler
from nodes.solver.staying import stayed


@node(abilities=abilities("memoryless", depending={"stochastic": "eta"}), cost=Estimate(calls=lambda steps: steps))
def ancestral(*, eta: Annotated[float, Number(minimum=0, maximum=10, step=0.05)] = 1.0) -> Solver:
    """Ancestral sampling with Euler's method, as k-diffusion has it ("Euler a").

    With y = x0 + s·ε: s_up = min(s', η s' √(1 − s'²/s²)), s_down = √(s'² − s_up²); Euler to s_down, then s_up·z:
    y' = y + (s_down − s) ε + s_up z. For η ≤ 1 that is solver.ddim with the same η; above, ever more of what is left
    is fresh noise. η = 0 is solver.euler, bitwise. Where the level rises nothing is drawn.
    η = 1 is the ancestral sampling of Song et al. 2021 (arXiv:2011.13456, appendix F).
    Weak order 1; 1 model call a step. Errors: a sample of tokens.
    """
    return Euler() if eta == 0 else Ancestral(eta)


class Ancestral(Stochastic):
    """The method of `ancestral` with η above 0."""

    abilities = frozenset({"stochastic", "memoryless"})

    def __init__(self, eta: float) -> None:
        self.eta = eta

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        up, down = split(state.s, s_next, self.eta)
        alpha, sigma = alpha_sigma(s_next)
        # Where nothing is drawn, also on the way to pure noise, s_down is s' itself.
        kept, std = torch.where(up == 0, sigma, alpha * down), torch.where(up == 0, 0.0, alpha * up)
        mean = factor(alpha, x0) * x0 + factor(kept, x0) * eps_of(state.x, x0, state.s)
        mean = stayed(begun, mean, state.s, s_next)
        return GaussianKernel(mean, std, state, state.reached(mean, s_next))


def split(s: Tensor, s_next: Tensor, eta: float) -> tuple[Tensor, Tensor]:
    """s_up and s_down of a step from s to s_next, like them; where the level rises 0 and s_next."""
    falls = s_next < s
    ratio = torch.where(falls, s_next / s, 1.0)
    whole = torch.where(falls, s_next, 0.0)
    up = torch.minimum(whole, eta * whole * torch.sqrt(1 - ratio.square()))
    down = torch.where(falls, torch.sqrt((whole.square() - up.square()).clamp(min=0)), s_next)
    return up, down
