"""A solver whose kernel has nothing left to draw."""

from __future__ import annotations

from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic
from nodes.contracts.state import State


class Undrawn(Solver):
    """The mean of each step of a stochastic solver, which with its settings is all there is to it."""

    def __init__(self, inner: Stochastic) -> None:
        self.inner = inner
        self.abilities = inner.abilities - {"stochastic"}

    def calls(self, steps: int) -> float:
        """The inner solver's."""
        return self.inner.calls(steps)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The mean of the kernel."""
        kernel = self.inner.kernel(model, state, s_next, ctx)
        if not isinstance(kernel, GaussianKernel):
            raise TypeError(f"{type(self.inner).__name__} draws no normal noise")
        return kernel.at(kernel.mean)
