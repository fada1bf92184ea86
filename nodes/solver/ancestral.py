"""Euler's method with fresh noise at every step."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Number, abilities, node
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.solver import Solver
from nodes.solver.ddim import Ddim
from nodes.solver.euler import Euler


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


class Ancestral(Ddim):
    """The method of `ancestral` with η above 0: that of DDIM, which draws no more than there is at the level."""

    def std(self, s: Tensor, s_next: Tensor) -> Tensor:
        """α' s_up."""
        _, most = alpha_sigma(s_next)
        return torch.minimum(most, super().std(s, s_next))
