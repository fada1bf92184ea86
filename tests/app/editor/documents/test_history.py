"""Laws over random histories: taken back, done again, opened at any moment, brought back to any revision."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from app.editor.documents import session as sessions
from app.editor.documents.session import Session
from graphs.document.model import Document
from graphs.document.operations import Operation
from graphs.document.writing import dumps
from graphs.errors import InputError
from tests.app.editor.documents.sessions import crash, edit, opened, text
from tests.graphs.document.documents import documents
from tests.graphs.document.test_operations import operations

few = settings(max_examples=25, deadline=None)
histories = strategies.lists(operations, min_size=1, max_size=12)
acts = strategies.tuples(
    strategies.sampled_from(["ann", "ben"]), strategies.sampled_from(["undo", "redo", "restore", "crash"]) | operations
)


@pytest.fixture(autouse=True, scope="module")
def _snapshots_are_near() -> object:
    """A snapshot every four edits, so that short histories meet some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "EVERY", 4)
        yield


def edit_all(session: Session, history: Sequence[Operation]) -> list[str]:
    """Take those edits that can be; the document after each."""
    made = []
    for operation in history:
        try:
            edit(session, operation)
        except InputError:
            continue
        made.append(text(session))
    return made


@few
@given(documents(), histories)
def test_undoing_all_gives_the_first_document_and_redoing_all_the_last(
    document: Document, history: list[Operation]
) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), document) as session:
        made = edit_all(session, history)
        for expected in [*made[-2::-1], dumps(document)][: len(made)]:
            session.undo("ann")
            assert text(session) == expected
        assert session.undo("ann") is None
        for expected in made:
            session.redo("ann")
            assert text(session) == expected
        assert session.redo("ann") is None


@few
@given(documents(), histories)
def test_every_revision_can_be_seen_and_brought_back_exactly(document: Document, history: list[Operation]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), document) as session:
        made = [dumps(document), *edit_all(session, history)]
        for revision, expected in enumerate(made):
            assert dumps(session.at(revision)) == expected
            session.restore(revision, "ben")
            assert text(session) == expected
            session.undo("ben")
            assert text(session) == made[-1]


@few
@given(documents(), strategies.lists(acts, max_size=20))
def test_two_authors_and_crashes_never_tear_a_document(
    document: Document, history: list[tuple[str, Operation | str]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seen = [dumps(document)]
        first: Document | None = document
        waiting = list(history)
        while first is not None or waiting:
            with opened(folder, first) as session:
                first = None
                assert (session.revision, text(session)) == (len(seen) - 1, seen[-1])
                while waiting and waiting[0][1] != "crash":
                    if act(session, *waiting.pop(0)):
                        seen.append(text(session))
                    assert (session.revision, text(session)) == (len(seen) - 1, seen[-1])
                if waiting:
                    waiting.pop(0)
                    can = session.can("ann"), session.can("ben")
                    crash(session)
            if waiting:
                with opened(folder) as session:
                    assert (session.can("ann"), session.can("ben")) == can
        with opened(folder) as session:
            assert [dumps(session.at(revision)) for revision in range(len(seen))] == seen


def act(session: Session, author: str, what: Operation | str) -> bool:
    """Do it; whether there is a new revision."""
    try:
        match what:
            case "undo":
                return session.undo(author) is not None
            case "redo":
                return session.redo(author) is not None
            case "restore":
                return session.restore(session.revision // 2, author).revision == session.revision
            case str():
                raise ValueError(what)
            case _:
                return edit(session, what, author).revision == session.revision
    except InputError:
        return False
