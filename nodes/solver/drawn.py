"""Solvers that draw within a step, so that its law, the noise being drawn, is a point."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State


class Drawn(Solver):
    """A solver whose kernel is a point: the step itself."""

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point, its noise being drawn already."""
        if "stochastic" not in self.abilities:
            super().kernel(model, state, s_next, ctx)
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)
