"""A search tree over partly denoised states: what grows, is chosen, and is told from the leaves back to the root."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import torch

from nodes.contracts.state import State

Search: TypeAlias = Literal["sample", "search"]
"""To sample the tilted law, or to look for the best."""


@dataclass
class Branch:
    """A state of one row after `depth` strides; the root has none. `value` is the soft value of what lies below."""

    depth: int
    state: State | None = None
    parent: Branch | None = None
    children: list[Branch] = field(default_factory=list)
    visits: int = 0
    value: float = 0.0


@dataclass(frozen=True)
class Rules:
    """How a tree grows: strength λ, the most children ⌈width · visits^growth⌉, and how curious a search is."""

    search: Search
    strength: float
    width: float
    growth: float
    curiosity: float

    def open(self, branch: Branch) -> bool:
        """Whether another child is due."""
        most: float = self.width * max(branch.visits, 1) ** self.growth
        return len(branch.children) < math.ceil(most)

    def chosen(self, branch: Branch) -> Branch:
        """The child to go on to: the first of the least visited, or of the highest V + curiosity · √(log N/n)."""
        if self.search == "sample":
            return min(branch.children, key=lambda child: child.visits)
        whole = math.log(max(branch.visits, 1))
        return max(branch.children, key=lambda child: child.value + self.curiosity * math.sqrt(whole / child.visits))

    def drawn(self, branch: Branch, uniform: float) -> Branch:
        """A child, drawn ∝ exp(λ V)."""
        logs = torch.tensor([self.tilt(child.value) for child in branch.children], dtype=torch.float64)
        ends = torch.softmax(logs, 0).cumsum(0)
        place = int(torch.searchsorted(ends / ends[-1], min(uniform, 1 - 2.0**-53), right=True))
        return branch.children[place]

    def tilt(self, value: float) -> float:
        """The log weight λ V."""
        return max(self.strength * value, -1e300) if self.strength else 0.0

    def told(self, branch: Branch) -> None:
        """From a leaf back to the root: V = (1/λ) log mean exp(λ V of children), and one more visit for all."""
        above: Branch | None = branch
        while above is not None:
            above.visits += 1
            if above.children:
                above.value = self.soft([child.value for child in above.children])
            above = above.parent

    def soft(self, values: list[float]) -> float:
        """The soft mean of the children's values; their mean without strength."""
        if not self.strength:
            return sum(values) / len(values)
        highest = max(values)
        if math.isinf(highest):
            return highest
        mean = sum(math.exp(self.strength * (value - highest)) for value in values) / len(values)
        return highest + math.log(mean) / self.strength


def every(branch: Branch) -> Iterator[Branch]:
    """The branch and all below it, parents before their children."""
    waiting = [branch]
    while waiting:
        found = waiting.pop(0)
        yield found
        waiting += found.children
