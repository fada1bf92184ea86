"""A solver that is exact for data ~ N(0, 1), and noise that is drawn in one go; for laws of steered samples."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.draws import uniform
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import factor
from nodes.contracts.model import Model
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.rows import Rows
from nodes.contracts.solver import Stochastic, look
from nodes.contracts.state import State


class ExactReverse(Stochastic):
    """x at s' given x at s is N(ρ x, 1 − ρ²), ρ² = (1 + s'²)/(1 + s²): at every level x is N(0, 1) itself."""

    abilities = frozenset({"stochastic", "memoryless"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The exact reverse kernel; the model is asked as any solver asks it."""
        state, _ = look(model, state, s_next, ctx)
        rho = torch.sqrt((1 + s_next**2) / (1 + state.s**2))
        std = torch.sqrt(1 - rho.square())
        return GaussianKernel(factor(rho, state.x) * state.x, std, state, state.reached(state.x, s_next))


class QuickNoise(CounterNoise):
    """Normals that depend on the first row and the step only: not batch-invariant, but quick for many rows."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Standard normal like x."""
        key = uniform(Rows(at.rows.seed[:1], at.rows.origin[:1]), (1,), purpose, step=at.step[:1], draw=draw)
        generator = torch.Generator().manual_seed(int(key[0, 0] * 2**53))
        return torch.randn(at.x.shape, dtype=at.x.dtype, generator=generator)
