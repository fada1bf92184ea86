"""The document of a revision, made again from the journal: the snapshot before it and the edits since."""

from __future__ import annotations

from typing import NamedTuple

from app.editor.documents.journal import DamagedJournalError, Journal
from app.editor.documents.stacks import Stacks
from graphs.document.model import Document
from graphs.document.operations import OPERATIONS, apply
from graphs.document.reading import loads
from graphs.errors import InputError

LAID_OUT = 20
"""How much longer a value may be in a file than in an operation: a number in a list has a line of its own."""


class Head(NamedTuple):
    """A revision, the document and what could be undone then.

    `replayed` is how many edits were replayed to get there, `size` no less than the bytes of the document's text.
    """

    revision: int
    document: Document
    stacks: Stacks
    replayed: int
    size: int


def replay(journal: Journal, until: int | None = None) -> Head | None:
    """The newest state, or that of a revision; None where the journal does not reach it.

    `DamagedJournalError` where what was written cannot be read.
    """
    snapshot = journal.snapshot(until)
    if snapshot is None:
        if until is None and journal.head() is not None:
            raise DamagedJournalError("the history has no beginning")
        return None
    revision, replayed, size = snapshot.revision, 0, len(snapshot.text.encode())
    try:
        document, stacks = loads(snapshot.text), Stacks.loads(snapshot.steps)
        for row in journal.rows(snapshot.revision, until):
            if row.revision != revision + 1:
                break
            document = apply(document, OPERATIONS.validate_json(row.operation)).document
            stacks.take(row)
            revision, replayed, size = row.revision, replayed + 1, size + LAID_OUT * len(row.operation)
    except (InputError, ValueError, TypeError, KeyError) as error:
        raise DamagedJournalError(f"the history after revision {revision} cannot be replayed") from error
    if until is None and revision != journal.head():
        raise DamagedJournalError(f"the edit after revision {revision} is missing")
    if until is not None and revision != until:
        return None
    stacks.drop(journal.skipped())
    return Head(revision, document, stacks, replayed, size)
