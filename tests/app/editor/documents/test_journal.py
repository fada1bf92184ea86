"""What the journal costs: an edit is a row, not a document, and opening replays no more than lies behind a snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.editor.documents import journal as journals
from app.editor.documents import session as sessions
from app.editor.documents.journal import Journal
from app.editor.documents.session import Session
from graphs.document.model import Document, Node
from graphs.document.writing import dumps
from graphs.errors import InputError
from tests.app.editor.documents.sessions import TWO, crash, edit, opened, set_q, text

LARGE = Document(
    nodes={
        "b": Node(type="y"),
        **{f"n{index}": Node(type="x", params={"text": "word " * 20}) for index in range(1_000)},
    }
)


def quick(session: Session) -> None:
    """Let the disk take its time: what is written is the same."""
    session._keeper.journal._base.execute("PRAGMA synchronous = OFF")


def written(session: Session) -> int:
    """Bytes of the log that is written ahead."""
    return (session._keeper.journal.path.parent / "journal.sqlite-wal").stat().st_size


def test_an_edit_writes_one_row_and_few_bytes_however_large_the_document_is(tmp_path: Path) -> None:
    with opened(tmp_path, LARGE) as session:
        assert len(text(session)) > 100_000
        edit(session, set_q(0))
        statements: list[str] = []
        before = written(session)
        session._keeper.journal._base.set_trace_callback(statements.append)
        for value in range(10):
            edit(session, set_q(value))
        session._keeper.journal._base.set_trace_callback(None)
        changing = [each.split()[0] for each in statements if not each.startswith("SELECT")]
        assert changing == ["BEGIN", "INSERT", "COMMIT"] * 10
        assert written(session) - before <= 10 * 5 * 4_200, "some pages an edit"
        assert session.place.read_text() == dumps(LARGE), "and nothing of the file"
        crash(session)


def test_opening_after_ten_thousand_edits_replays_only_what_came_after_the_last_snapshot(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        quick(session)
        for value in range(10_050):
            edit(session, set_q(value))
        crash(session)
    with opened(tmp_path) as session:
        assert session.revision == 10_050
        assert session.replayed == 50
        assert session.replayed <= sessions.EVERY
        journal = session._keeper.journal
        assert len(journal.headings()) <= journals.MOST_ROWS, "the history is bounded"
        assert session.document.nodes["b"].params == {"q": 10_049}
        assert len(session.versions()) < 100
        for _ in range(3):
            session.undo("ann")
        assert session.document.nodes["b"].params == {"q": 10_046}


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history that is bounded soon."""
    monkeypatch.setattr(sessions, "EVERY", 5)
    monkeypatch.setattr(journals, "MOST_ROWS", 40)
    monkeypatch.setattr(journals, "MOST_SNAPSHOTS", 6)


@pytest.mark.usefixtures("short")
def test_old_history_is_thinned_and_named_versions_stay(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        quick(session)
        for value in range(1, 301):
            edit(session, set_q(value))
            if value in (7, 100):
                session.name_version(value, f"draft {value}")
        versions = session.versions()
        assert {version.revision: version.named for version in versions if version.named} == {
            7: "draft 7",
            100: "draft 100",
        }
        assert session.at(7).nodes["b"].params == {"q": 7}
        assert all(session.at(version.revision) for version in versions), "whatever is listed can be seen"
        assert len(session._keeper.journal.headings()) <= 45
        assert len(session._keeper.journal.snapshots()) <= 25
        with pytest.raises(InputError, match="no such version"):
            session.at(8)
        session.restore(7, "ann")
        assert session.document.nodes["b"].params == {"q": 7}
        crash(session)
    with opened(tmp_path) as session:
        assert (session.revision, session.document.nodes["b"].params) == (301, {"q": 7})


@pytest.mark.usefixtures("short")
def test_what_was_thinned_cannot_be_undone_and_all_else_can(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        quick(session)
        edit(session, set_q(1_000), "old")
        for value in range(1, 101):
            edit(session, set_q(value))
        assert session.can("old") == (None, None)
        count = 0
        while session.undo("ann") is not None:
            count += 1
        assert count >= 20
        assert session.document.nodes["b"].params == {"q": 100 - count}


def test_versions_are_what_one_author_did_in_one_go(tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    with opened(tmp_path, TWO, lambda: now[0]) as session:
        for author, pause in (("ann", 0), ("ann", 10), ("ben", 10), ("ben", 400), ("ben", 1)):
            now[0] += pause
            edit(session, set_q(session.revision), author)
        session.name_version(4, " first\ndraft ")
        found = [(v.revision, v.author, v.label, v.edits, v.named) for v in session.versions()]
        assert found == [
            (5, "ben", "q 3 → 4", 1, ""),
            (4, "ben", "q 2 → 3", 1, "first draft"),
            (3, "ben", "q 1 → 2", 1, ""),
            (2, "ann", "q 1 → 0, q 0 → 1", 2, ""),
            (0, "", "opened", 0, ""),
        ]
        assert session.versions()[-1].when == "2023-11-14T22:13:20+00:00"
        session.name_version(4, "")
        assert [version.revision for version in session.versions()] == [5, 3, 2, 0]
        for revision in (-1, 6):
            with pytest.raises(InputError, match="no such version"):
                session.name_version(revision, "x")


def test_restoring_is_one_edit_that_its_author_undoes(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        edit(session, set_q(3))
        restored = session.restore(0, "ben")
        assert (restored.revision, restored.author, restored.label) == (3, "ben", "restored version 0")
        assert text(session) == dumps(TWO)
        session.undo("ben")
        assert session.document.nodes["b"].params == {"q": 3}
        with pytest.raises(InputError, match="no such version"):
            session.restore(99, "ben")


def test_two_journals_of_one_history_read_alike(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        other = Journal(session._keeper.journal.path)
        rows = list(other.rows(0))
        other.close()
    assert [json.loads(row.operation)["value"] for row in rows] == [2]
