"""What is kept of a document's history, and what a session tells of it."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from pydantic import TypeAdapter

from graphs.document.operations import Operation

Kind: TypeAlias = Literal["edit", "undo", "redo"]
"""What a person did to make a row."""

operations: TypeAdapter[Operation] = TypeAdapter(Operation)
"""From an operation to JSON and back."""


class Row(NamedTuple):
    """An edit as the journal keeps it.

    `step` is the edit that this one belongs to: its own revision, the first of a drag, or what was undone or redone.
    """

    revision: int
    author: str
    client: str
    number: int
    label: str
    kind: Kind
    step: int
    operation: str
    inverse: str
    at: float


class Step(NamedTuple):
    """What one undo or redo takes back: the row whose inverse does it, and the row whose label says what it is."""

    row: int
    label: int


class Snapshot(NamedTuple):
    """The document's text at a revision, and what could be undone then. `name` is a person's, or empty."""

    revision: int
    text: str
    steps: str
    name: str
    at: float


class Heading(NamedTuple):
    """A row without what it did."""

    revision: int
    author: str
    label: str
    step: int
    at: float


class Saved(NamedTuple):
    """A text that was written into the file, or read from it: its digest, and the revision that it holds."""

    digest: str
    revision: int


class Edited(NamedTuple):
    """An edit that was taken: the document is at `revision` now."""

    revision: int
    operation: Operation
    author: str
    client: str
    number: int
    label: str


class Version(NamedTuple):
    """A stretch of edits of one author, as a person thinks of it; `named` is the name that somebody gave to it."""

    revision: int
    when: str
    author: str
    label: str
    edits: int
    named: str


class Can(NamedTuple):
    """What an author can undo and redo, in words."""

    undo: str | None
    redo: str | None
