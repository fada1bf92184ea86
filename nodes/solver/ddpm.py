"""Ancestral sampling as DDPM has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.ddim import Ddim

Variance: TypeAlias = Literal["fixed_small", "fixed_large"]


@node(abilities=abilities("stochastic", "memoryless"), cost=Estimate(calls=lambda steps: steps))
def ddpm(*, variance_type: Variance = "fixed_small") -> Solver:
    """DDPM (Ho et al. 2020, arXiv:2006.11239, equations 6, 7 and 11) over any levels.

    x' ~ N(mean, std²) with the mean of the posterior q(x' | x, x0), (α'(1 − α²/α'²) x0 + (α/α') σ'² x)/σ² where
    α² + σ² = 1. "fixed_small": std² = (σ'²/σ²)(1 − α²/α'²), the posterior's own, right for a single point; then it is
    solver.ddim with η = 1. "fixed_large": std² = 1 − α²/α'², the β of the step, right for data that is normal with
    variance 1. A variance that the network predicts is not to be had, as models answer x0 alone. Strided levels give
    the β of the whole step. The step to data draws nothing, nor is anything drawn where the level rises.
    Weak order 1; 1 model call a step. Errors: a sample of tokens.
    """
    return Ddpm(variance_type)


class Ddpm(Ddim):
    """The method of `ddpm`."""

    def __init__(self, variance_type: Variance = "fixed_small") -> None:
        super().__init__(1.0)
        self.variance_type: Variance = variance_type

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        kernel = super().kernel(model, state, s_next, ctx)
        return kernel if self.variance_type == "fixed_small" else replace(kernel, std=rate(state.s, s_next))


def rate(s: Tensor, s_next: Tensor) -> Tensor:
    """√(1 − α²/α'²) of a step down to a level above 0, else 0; like the levels."""
    (alpha, _), (alpha_next, _) = alpha_sigma(s), alpha_sigma(s_next)
    return torch.where((s_next < s) & (s_next > 0), torch.sqrt((1 - (alpha / alpha_next).square()).clamp(min=0)), 0.0)
