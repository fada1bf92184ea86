"""What the literature says of each solver, a file a family: the tests measure it, and a table is made of it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from nodes.contracts.solver import Solver

Grid: TypeAlias = Literal["uniform_log_snr", "karras", "uniform_time"]


class Expected(NamedTuple):
    """A solver with its settings.

    `order` is that of the error at the end (deterministic) or of the error of the end's law (stochastic), on `grid`, as
    the specification measured it; `paper_order` is what its paper claims, where that is another. `calls` says the model
    calls of a step in words; `steps` are the numbers of steps that the order is measured at. The law of a stochastic
    solver is measured on normal `data`, or on those of a mixture, where that makes a difference.
    """

    node: str
    make: Callable[[], Solver]
    order: float
    calls: str
    source: str
    settings: str = ""
    grid: Grid = "uniform_log_snr"
    steps: tuple[int, ...] = (40, 80, 160)
    stochastic: bool = False
    data: Literal["normal", "mixture"] = "normal"
    reversible: bool = False
    paper_order: float | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """The node and what is set of it."""
        return f"{self.node}({self.settings})" if self.settings else self.node


def all_expected() -> list[Expected]:
    """Those of all files of this folder, in the order of the files' names."""
    found: list[Expected] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        solvers: tuple[Expected, ...] = importlib.import_module(f"{__name__}.{module.name}").SOLVERS
        found += solvers
    return found
