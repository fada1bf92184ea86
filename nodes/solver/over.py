"""What solvers that are made of another solver share."""

from __future__ import annotations

from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.kernel import Kernel
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State


class Over(Solver):
    """A solver over another one, `inner`, whose every part it passes on; what is of interest is overridden."""

    def __init__(self, inner: Solver) -> None:
        self.inner = inner
        self.abilities = inner.abilities

    def calls(self, steps: int) -> float:
        """The inner solver's."""
        return self.inner.calls(steps)

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The inner solver's, where this one may draw for it too."""
        self.own(sample.space)
        return self.inner.start(sample, levels, ctx)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's."""
        return self.inner.step(model, state, s_next, ctx)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The inner solver's."""
        return self.inner.kernel(model, state, s_next, ctx)

    def finish(self, state: State, ctx: Context) -> Sample:
        """The inner solver's."""
        return self.inner.finish(state, ctx)
