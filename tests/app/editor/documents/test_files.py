"""The file beside the history: whichever of the two is whole is believed, and nothing of either is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app.editor.documents import document_file, saving
from app.editor.documents.document_file import DocumentFile
from app.editor.documents.session import DISK
from graphs.document.model import Document, Node
from graphs.document.operations import Remove, Title
from graphs.document.reading import loads
from graphs.document.writing import dumps, save
from graphs.errors import InputError
from graphs.faults import GraphError
from tests.app.editor.documents.sessions import TWO, crash, edit, opened, set_q, text

THEIRS = Document(name="theirs", nodes={**TWO.nodes, "c": Node(type="z")})


def journal_of(folder: Path) -> Path:
    return folder / "history" / "journal.sqlite"


def test_a_save_writes_the_document_and_only_when_something_changed(tmp_path: Path) -> None:
    place = tmp_path / "graph.json"
    with opened(tmp_path, TWO) as session:
        before = place.stat().st_ino
        assert session.save() is None
        assert place.stat().st_ino == before
        edit(session, set_q(2))
        session.save()
        assert (place.read_text(), session.saved) == (text(session), True)
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        session.place.chmod(0o640)
        edit(session, set_q(2))
        session.save()
        assert stat.S_IMODE(session.place.stat().st_mode) == 0o640


def test_what_another_program_writes_is_taken_in_as_a_revision(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        session.save()
        save(THEIRS, session.place)
        taken = session.look()
        assert taken is not None
        assert (taken.revision, taken.author, taken.label) == (2, DISK, "changed on disk")
        assert (text(session), session.saved) == (dumps(THEIRS), True)
        assert session.look() is None
        assert session.at(1).nodes["b"].params == {"q": 2}
        assert "another program" in session.notes[0]
        session.restore(1, "ann")
        assert session.document.nodes["b"].params == {"q": 2}


def test_a_save_never_writes_over_what_another_program_wrote(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        session.save()
        edit(session, set_q(2))
        save(THEIRS, session.place)
        taken = session.save()
        assert taken is not None
        written = loads(session.place.read_text())
        assert written.name == "theirs", "theirs"
        assert written.nodes["b"].params == {"q": 2}, "and what was not saved yet"
        assert (dumps(written), session.saved) == (text(session), True)


def test_where_the_two_cannot_be_joined_the_file_stands_and_the_rest_is_in_the_history(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, Remove(id="b"))
        save(Document(nodes={**TWO.nodes, "b": Node(type="y", params={"q": 7})}), session.place)
        session.save()
        assert session.document.nodes["b"].params == {"q": 7}
        assert set(session.at(1).nodes) == {"a"}


def test_what_was_written_while_nobody_looked_is_taken_in_when_it_opens(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        session.save()
        edit(session, Title(name="unsaved"))
        crash(session)
    their_own = loads((tmp_path / "graph.json").read_text()).model_copy(update={"mine": {"unknown": "key"}})
    save(their_own, tmp_path / "graph.json")
    with opened(tmp_path) as session:
        assert session.revision == 3
        assert text(session) == dumps(their_own), "what no operation can say, too"
        assert session.at(2).name == "unsaved"
        crash(session)
    with opened(tmp_path) as session:
        assert (session.revision, text(session)) == (3, dumps(their_own))


def test_a_file_that_only_looks_otherwise_is_no_change(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        session.place.write_text(json.dumps(json.loads(dumps(TWO)), indent=8))
        laid_out = session.place.read_text()
        assert session.save() is None
        assert (session.revision, session.place.read_text()) == (0, laid_out)


def test_a_file_that_is_gone_is_written_again_from_the_history(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
    (tmp_path / "graph.json").unlink()
    with opened(tmp_path) as session:
        assert session.document.nodes["b"].params == {"q": 2}
        assert "gone" in session.notes[0]
    assert (tmp_path / "graph.json").is_file()


@pytest.mark.parametrize("rubbish", [b"", b"{", b"\xff\xfe", b'{"noiseloom": 1, "nodes": 3}'])
def test_a_damaged_file_opens_from_the_history_and_is_kept_aside(tmp_path: Path, rubbish: bytes) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
    (tmp_path / "graph.json").write_bytes(rubbish)
    with opened(tmp_path) as session:
        assert session.document.nodes["b"].params == {"q": 2}
        assert "cannot be read" in session.notes[0]
        edit(session, set_q(3))
        session.save()
        assert "kept in" in session.notes[1]
    aside = tmp_path / "graph.damaged-1.json.txt"
    assert aside.read_bytes() == rubbish
    assert loads((tmp_path / "graph.json").read_bytes()).nodes["b"].params == {"q": 3}


def test_a_damaged_file_without_a_history_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text("{")
    with pytest.raises(GraphError), opened(tmp_path):
        pass
    assert (tmp_path / "graph.json").read_text() == "{"


def test_a_file_of_a_newer_format_is_refused_and_left(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
    (tmp_path / "graph.json").write_text('{"noiseloom": 99, "nodes": {}}')
    with pytest.raises(GraphError, match="newer"), opened(tmp_path):
        pass
    assert "99" in (tmp_path / "graph.json").read_text()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "rubbish": lambda path: path.write_bytes(b"rubbish" * 1000),
    "half of it": lambda path: path.write_bytes(path.read_bytes()[:5000] + b"\xff" * 5000),
    "empty": lambda path: path.write_bytes(b""),
    "a row that says something else": lambda path: _run(path, "UPDATE edits SET operation = replace(operation, 2, 9)"),
    "a row that is gone": lambda path: _run(path, "DELETE FROM edits WHERE revision = 1"),
    "a snapshot that is none": lambda path: _run(path, "UPDATE snapshots SET body = 'x'"),
    "no snapshot": lambda path: _run(path, "DELETE FROM snapshots"),
    "a note that is none": lambda path: _run(path, "UPDATE facts SET value = '{'"),
    "no tables": lambda path: _run(path, "DROP TABLE edits"),
}


def _run(path: Path, statement: str) -> None:
    base = sqlite3.connect(path)
    base.execute(statement)
    base.commit()
    base.close()


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_history_is_begun_anew_from_the_file(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        edit(session, set_q(3))
    DAMAGE[damage](journal_of(tmp_path))
    with opened(tmp_path) as session:
        assert session.document.nodes["b"].params == {"q": 3}
        assert damage == "empty" or "damaged and begun anew" in session.notes[0]
        edit(session, set_q(4))
        session.undo("ann")
        assert session.document.nodes["b"].params == {"q": 3}
    with opened(tmp_path) as session:
        assert (session.revision, session.notes) == (2, [])


def test_a_history_that_is_damaged_while_it_is_open_is_begun_anew_with_what_there_is(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        _run(journal_of(tmp_path), "DROP TABLE edits")
        edited = session.edit(set_q(3), author="ann", client="", number=0)
        assert (edited.revision, session.document.nodes["b"].params) == (2, {"q": 3})
        assert "begun anew" in session.notes[0]
        crash(session)
    with opened(tmp_path) as session:
        assert (session.revision, session.document.nodes["b"].params) == (2, {"q": 3})


def test_a_history_of_a_newer_version_is_refused_and_left(tmp_path: Path) -> None:
    with opened(tmp_path, TWO):
        pass
    _run(journal_of(tmp_path), "PRAGMA user_version = 99")
    with pytest.raises(InputError, match="newer Noiseloom"), opened(tmp_path):
        pass
    assert not journal_of(tmp_path).with_suffix(".damaged").exists()


def test_a_history_that_cannot_be_kept_is_told_when_it_opens(tmp_path: Path) -> None:
    save(TWO, tmp_path / "graph.json")
    (tmp_path / "history").write_text("a file in its place")
    with pytest.raises(InputError, match="history cannot be kept"), opened(tmp_path):
        pass


def test_a_file_that_cannot_be_written_is_told_and_no_edit_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(InputError, match="cannot be saved into its file") as caught:
                session.save()
        assert "No space left" in str(caught.value)
        assert loads(session.place.read_bytes()) == TWO
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
        assert edit(session, set_q(3)).revision == 2
        session.save()
        assert session.saved


def test_a_file_that_may_only_be_read_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        with pytest.raises(InputError, match="only be read"):
            session.save()
        monkeypatch.undo()


@pytest.mark.parametrize("point", ["before", "after"])
def test_a_save_that_ends_in_its_middle_is_no_change_by_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    def killed(place: Path, body: bytes) -> None:
        if point == "after":
            saving.replace(place, body)
        raise KeyboardInterrupt

    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        session.save()
        edit(session, set_q(3))
        with monkeypatch.context() as patch:
            patch.setattr(document_file, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                session.save()
        crash(session)
    with opened(tmp_path) as session:
        assert (session.revision, session.notes) == (2, [])
        assert session.saved == (point == "after")


def test_a_file_is_read_only_when_its_time_or_size_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def counted(place: Path) -> saving.Content | None:
        reads.append(place)
        return saving.read(place)

    with opened(tmp_path, TWO) as session:
        monkeypatch.setattr(document_file, "read", counted)
        for _ in range(5):
            session.look()
        assert reads == []
        save(THEIRS, session.place)
        for _ in range(5):
            session.look()
        assert len(reads) == 1
        assert isinstance(session._file, DocumentFile)
