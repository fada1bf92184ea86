"""DPM-Solver++ with three points, as it is widely copied."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.solver import Solver
from nodes.solver.exponential import length
from nodes.solver.exponential_adams import ExponentialAdams, exponential_moments


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def dpmpp_3m_compat(*, lower_order_final: bool = True) -> Solver:
    """DPM-Solver++(3M) as the public code has it, with half of the second difference: of order 2.

    solver.dpmpp_3m with D2 = (D10 − D11)/(r0 + r1), which lacks the factor 2 of the Taylor series; to reproduce
    pictures that were made so (diffusers' DPMSolverMultistepScheduler with solver_order = 3; k-diffusion).
    Source: Lu et al. 2022 (arXiv:2211.01095), its code.
    Order 2, with a smaller error than solver.dpmpp_2m; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return Compat("dpmpp_3m_compat", 3, rough="bh2", lower_order_final=lower_order_final)


class Compat(ExponentialAdams):
    """The method of `dpmpp_3m_compat`."""

    def weights(self, nodes: Tensor, used: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
        """Those of the parabola less half of what its second difference adds."""
        return halved(super().weights(nodes, used, s, s_next), nodes, used, exponential_moments(length(s, s_next), 2))


def halved(exact: Tensor, nodes: Tensor, used: Tensor, moments: Tensor) -> Tensor:
    """The weights of a parabola, less half of what its second difference adds, where there are two nodes."""
    if len(nodes) == 1:
        return exact
    # The parabola's u² has the coefficient Σ (g_k − g) / (r_k (r_k − r_i)), half of D2.
    return torch.where(used[1], exact - moved(moments[1], nodes.device) / 2 / (nodes * (nodes - nodes.flip(0))), exact)
