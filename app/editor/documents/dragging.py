"""Edits that are one gesture: what a slider sends while it is dragged is one step to undo."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from graphs.document.model import Document
from graphs.document.operations import Batch, Decorate, Move, Operation, Reset, SetParameter, Title

PREFIX = "drag:"
"""How the labels of such edits begin."""

NAMED = "#"
"""What stands before a gesture's own name in its label, where it has one."""

PAUSE = 1.0
"""Seconds after which the next one is a gesture of its own, where the label names none."""

Target: TypeAlias = tuple[tuple[str, ...], ...]
"""Everything that an edit sets, whatever it was before."""


class Gesture(NamedTuple):
    """An author's edit that the next one may go on with; `before` is the document that it began on."""

    label: str
    target: Target
    at: float
    step: int
    before: Document

    def goes_on(self, label: str, target: Target | None, at: float) -> bool:
        """Whether an edit belongs to it; a hand may rest as long as it likes where the gesture has a name."""
        return label == self.label and target == self.target and (NAMED in label or 0 <= at - self.at <= PAUSE)


def target_of(operation: Operation) -> Target | None:
    """What an operation sets; None where taking back the first of several would not take back the others."""
    match operation:
        case SetParameter() | Reset():
            return (("parameter", operation.at, operation.id, operation.name),)
        case Move():
            return (("places", operation.at, *sorted(operation.places)),)
        case Decorate():
            return ((operation.what, operation.at, operation.id),)
        case Title():
            return (("title",),)
        case Batch():
            targets = [target_of(inner) for inner in operation.operations]
            parts = [part for target in targets if target is not None for part in target]
            return tuple(parts) if parts and None not in targets else None
        case _:
            return None
