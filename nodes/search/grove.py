"""Search trees as data, so that a search that was cut short goes on from them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from graphs import data
from nodes.contracts.state import State
from nodes.search.tree import Branch, every


@data(colour="#8f7ad0")
class Grove:
    """Trees after so many `iterations`: their branches in one list [n], parents before their children.

    `parents` are places in that list, −1 for the root of a row; `visits` and `values` those of each branch, the values
    float64; `states` those of all but the roots, in the same order. `spent` are the steps of each row so far, `each`
    the model rows of a step. Numbers on the CPU.
    """

    iterations: int
    parents: Tensor
    visits: Tensor
    values: Tensor
    states: State
    spent: tuple[int, ...]
    each: float

    @staticmethod
    def of(roots: Sequence[Branch], iterations: int, spent: Sequence[int], each: float) -> Grove:
        """The trees of these roots, at least one of which has branches."""
        branches = [branch for root in roots for branch in every(root)]
        place = {id(branch): number for number, branch in enumerate(branches)}
        parents = [-1 if branch.parent is None else place[id(branch.parent)] for branch in branches]
        return Grove(
            iterations,
            torch.tensor(parents),
            torch.tensor([branch.visits for branch in branches]),
            torch.tensor([branch.value for branch in branches], dtype=torch.float64),
            State.cat([branch.state for branch in branches if branch.state is not None]),
            tuple(spent),
            each,
        )

    def roots(self, device: str) -> list[Branch]:
        """The trees again, their states on that device."""
        states, at = self.states.to(device), 0
        branches, roots = list[Branch](), list[Branch]()
        told = zip(self.parents.tolist(), self.visits.tolist(), self.values.tolist(), strict=True)
        for place, visits, value in told:
            if place < 0:
                branch = Branch(0, visits=visits, value=value)
                roots.append(branch)
            else:
                parent, state = branches[place], states.take(torch.tensor([at]))
                branch, at = Branch(parent.depth + 1, state, parent, [], visits, value), at + 1
                parent.children.append(branch)
            branches.append(branch)
        return roots

    def describe(self) -> str:
        """How many branches after how many iterations."""
        return f"{len(self.parents)} branches after {self.iterations} iterations"
