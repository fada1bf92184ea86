"""The ancestral forms of deterministic solvers, as k-diffusion has them."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, Span, abilities
from nodes.contracts.solver import Solver
from nodes.solver.renoising import Renoised, ancestral_below

TWO_STAGES = Estimate(calls=lambda steps: Span(2 * steps.low - 1, 2 * steps.high - 1), saves=1)
"""Two calls a step; the steps to and from data and pure noise are Euler's. Far above η = 1 others may become so too."""
ANCESTRAL = abilities("memoryless", depending={"stochastic": "eta"})


class AncestralOver(Renoised):
    """A solver's step to s_down = √(s'² − s_up²), s_up = min(s', η s' √(1 − s'²/s²)), then s_up z."""

    def __init__(self, inner: Solver, eta: float, s_noise: float = 1.0, *, path: bool = False) -> None:
        super().__init__(inner, s_noise=s_noise, path=path)
        self.eta = eta

    def below(self, s: Tensor, s_next: Tensor) -> Tensor:
        """s_down."""
        return ancestral_below(s, s_next, self.eta)
