"""What each author can undo and redo, told by the rows of the journal alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from app.editor.documents.records import Row, Step

MOST_STEPS = 500
"""Steps that an author can undo at the most."""


@dataclass
class Stack:
    """One author's steps, the newest last."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)


class Stacks:
    """The steps of all authors."""

    def __init__(self) -> None:
        self._stacks: dict[str, Stack] = {}

    def of(self, author: str) -> Stack:
        """An author's steps."""
        return self._stacks.get(author, Stack())

    def after(self, row: Row) -> Stacks:
        """The steps after an edit; these stay as they are."""
        made = Stacks()
        made._stacks = dict(self._stacks)
        own = self.of(row.author)
        made._stacks[row.author] = Stack(own.done[-MOST_STEPS:], own.undone[-MOST_STEPS:])
        made.take(row)
        return made

    def take(self, row: Row) -> None:
        """Follow an edit: one of its own makes a step and clears what could be redone."""
        stack = self._stacks.setdefault(row.author, Stack())
        if row.kind == "undo":
            step = _taken(stack.done, row.step)
            stack.undone.append(Step(row.revision, step.label if step else row.revision))
        elif row.kind == "redo":
            step = _taken(stack.undone, row.step)
            stack.done.append(Step(row.revision, step.label if step else row.revision))
        else:
            begun = _taken(stack.done, row.step) if row.step != row.revision else None
            stack.done.append(Step(begun.row if begun else row.revision, row.revision))
            stack.undone.clear()
        del stack.done[:-MOST_STEPS]

    def drop(self, steps: set[int]) -> None:
        """Forget steps that cannot be undone or redone."""
        self._keep(lambda step: step.row not in steps)

    def forget_before(self, revision: int) -> None:
        """Forget steps whose rows are gone."""
        self._keep(lambda step: step.row >= revision)

    def _keep(self, wanted: Callable[[Step], bool]) -> None:
        for author, stack in list(self._stacks.items()):
            stack.done, stack.undone = list(filter(wanted, stack.done)), list(filter(wanted, stack.undone))
            if not stack.done and not stack.undone:
                del self._stacks[author]

    def dumps(self) -> str:
        """All steps as JSON."""
        return json.dumps({author: [stack.done, stack.undone] for author, stack in self._stacks.items()})

    @classmethod
    def loads(cls, text: str) -> Stacks:
        """The steps of that JSON."""
        made = cls()
        for author, (done, undone) in json.loads(text).items():
            made._stacks[author] = Stack([Step(*step) for step in done], [Step(*step) for step in undone])
        return made


def _taken(steps: list[Step], row: int) -> Step | None:
    """The step of that row, taken out; it is the last one, or near it where later ones were skipped."""
    for place in range(len(steps) - 1, -1, -1):
        if steps[place].row == row:
            return steps.pop(place)
    return None
