"""The source contract: the law of ε in x = α x0 + σ ε, where it is not standard normal."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from nodes.contracts.identity import Identified
from nodes.contracts.rows import Rows


class Source(Identified, ABC):
    """A law of ε, the same at every level; `name` stands in `Space.source` and says all of it ("pfgmpp-128").

    Whatever it is, y = x0 + s ε moves along dy/ds = E[ε | y] = (y − E[x0 | y])/s with the right law at every level
    (Heitz et al. 2023, arXiv:2305.03486; Lipman et al. 2022, arXiv:2210.02747, for conditional paths of any law). So a
    deterministic solver needs to know nothing of it; a stochastic one, which draws normal noise, would be wrong.
    `independent` where the coordinates are, so that levels may differ by place.
    """

    name: str
    independent: bool = True

    @abstractmethod
    def draw(self, rows: Rows, event: tuple[int, ...]) -> Tensor:
        """An ε for each row [B, *event], by the row's seed; float32 on the CPU."""

    @abstractmethod
    def log_density(self, eps: Tensor, event: tuple[int, ...]) -> Tensor:
        """The log density of ε [..., D], an event flattened: [...]."""
