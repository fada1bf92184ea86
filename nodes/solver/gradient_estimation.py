"""The sampler that estimates the gradient by the last two answers."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Estimate, Number, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.solver import Solver
from nodes.solver.deis import Deis


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def gradient_estimation(*, gamma: Annotated[float, Number(minimum=1, maximum=5, step=0.05)] = 2.0) -> Solver:
    """Gradient estimation (Permenter & Yuan 2024, arXiv:2306.04848, Algorithm 2): DDIM along a mended direction.

    With y = x0 + s·ε: y' = y + (s' − s) (γ ε + (1 − γ) ε_before), γ = `gamma`; a row's first step, and one after a turn
    of the levels or from s = 0 or inf, has ε alone. γ = 1 is solver.euler. The paper takes 2, which overshoots on
    purpose: it helps networks that err, and not exact models; 1.5 is Adams–Bashforth on steps that are alike.
    Order 1, and 2 for γ = 1.5 with levels even in log s, to which the paper's grids are close; 1 model call a step.
    Deterministic. Errors: a sample of tokens.
    """
    return GradientEstimation(gamma)


class GradientEstimation(Deis):
    """The method of `gradient_estimation`."""

    def __init__(self, gamma: float) -> None:
        super().__init__("gradient_estimation", 2 if gamma != 1 else 1, "rho")
        self.gamma = gamma

    def weights(self, nodes: Tensor, used: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
        """(1 − γ)(s' − s)."""
        return moved((1 - self.gamma) * (s_next - s), nodes.device)[None]
