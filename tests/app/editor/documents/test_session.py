"""An edit is kept before it is acknowledged, and undone by whoever made it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from app.editor.documents import session as sessions
from app.editor.documents.journal import Journal
from app.editor.documents.session import Session
from graphs.document.model import Document, Node
from graphs.document.operations import Add, Batch, Move, Remove, SetParameter, Title
from graphs.document.writing import dumps
from graphs.errors import InputError
from tests.app.editor.documents.conftest import Clock
from tests.app.editor.documents.sessions import TWO, crash, edit, opened, set_q, text


def test_an_acknowledged_edit_is_there_after_a_crash(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        assert [edit(session, set_q(value)).revision for value in (2, 3)] == [1, 2]
        crash(session)
    with opened(tmp_path) as session:
        assert session.revision == 2
        assert session.document.nodes["b"].params == {"q": 3}
        assert not session.saved
    assert json.loads((tmp_path / "graph.json").read_text())["nodes"]["b"]["params"] == {"q": 3}


def test_an_edit_that_came_before_is_answered_as_then_and_not_done_again(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        first = session.edit(Title(name="one"), author="ann", client="tab", number=1)
        session.edit(Title(name="two"), author="ann", client="tab", number=2)
        assert session.edit(Title(name="one"), author="ann", client="tab", number=1) == first
        assert (session.revision, session.document.name) == (2, "two")
        crash(session)
    with opened(tmp_path) as session:
        assert session.edit(Title(name="one"), author="ann", client="tab", number=1) == first
        assert (session.last_number("tab"), session.last_number("other")) == (2, 0)


def test_a_refused_edit_leaves_no_trace(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        with pytest.raises(InputError, match="no node 'z'"):
            edit(session, Batch(operations=(Title(name="half"), Remove(id="z"))))
        assert (session.revision, text(session)) == (0, dumps(TWO))
        assert session.can("ann") == (None, None)
        assert session.last_number("tab of ann") == 0


@pytest.mark.parametrize("number", [-1, 2**53, 2**64])
def test_a_number_that_cannot_be_kept_is_refused(tmp_path: Path, number: int) -> None:
    with opened(tmp_path, TWO) as session, pytest.raises(InputError, match="no number"):
        session.edit(Title(name="x"), author="ann", client="tab", number=number)


def test_names_from_outside_are_cleaned(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        done = session.edit(Title(name="x"), author="a\ud800\n" + "n" * 900, client="\ud800", number=1, label="\0l")
        assert (done.author[:3], len(done.author), done.client, done.label) == ("a? ", 200, "?", "l")
        with pytest.raises(InputError, match="author"):
            session.edit(Title(name="x"), author="\n", client="tab", number=1)


def test_each_author_undoes_and_redoes_what_is_theirs(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2), "ann")
        edit(session, Title(name="ben's"), "ben")
        assert session.can("ann") == ("q 1 → 2", None)
        undone = session.undo("ann")
        assert undone is not None
        assert (undone.revision, undone.author, undone.label) == (3, "ann", "undo: q 1 → 2")
        assert (session.document.nodes["b"].params, session.document.name) == ({"q": 1}, "ben's")
        assert (session.can("ann"), session.can("ben")) == ((None, "q 1 → 2"), ("titled “ben's”", None))
        assert session.undo("ann") is None
        assert session.redo("ben") is None
        redone = session.redo("ann")
        assert redone is not None
        assert (redone.label, session.document.nodes["b"].params) == ("redo: q 1 → 2", {"q": 2})


def test_undo_and_redo_survive_a_crash(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        for value in (2, 3, 4):
            edit(session, set_q(value))
        session.undo("ann")
        session.undo("ann")
        session.redo("ann")
        crash(session)
    with opened(tmp_path) as session:
        assert session.can("ann") == ("q 2 → 3", "q 3 → 4")
        session.redo("ann")
        assert session.document.nodes["b"].params == {"q": 4}
        for _ in range(3):
            session.undo("ann")
        assert text(session) == dumps(TWO)


def test_a_new_edit_clears_what_its_author_could_redo_and_nobody_elses(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        for author in ("ann", "ben"):
            edit(session, set_q(2), author)
            session.undo(author)
        edit(session, Title(name="new"), "ann")
        assert (session.can("ann").redo, session.can("ben").redo) == (None, "q 1 → 2")


def test_an_undo_that_somebody_stands_in_the_way_of_says_so_once_and_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, Title(name="first"), "ann")
        edit(session, set_q(5, "a"), "ann")
        edit(session, Remove(id="a"), "ben")
        with pytest.raises(InputError, match=r"'q 5' cannot be undone any more: there is no node 'a'"):
            session.undo("ann")
        assert session.revision == 3
        crash(session)
    with opened(tmp_path) as session:
        undone = session.undo("ann")
        assert undone is not None
        assert (session.document.name, session.undo("ann")) == ("two", None)


def test_a_redo_that_somebody_stands_in_the_way_of_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(5, "a"), "ann")
        session.undo("ann")
        edit(session, Remove(id="a"), "ben")
        with pytest.raises(InputError, match="cannot be done again any more"):
            session.redo("ann")
        assert session.redo("ann") is None


def test_a_drag_is_one_step_and_each_of_its_edits_is_kept(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, TWO, clock) as session:
        for value in range(2, 12):
            clock.now += 0.9
            edit(session, set_q(value), "ann", "drag:q")
            edit(session, Title(name=str(value)), "ben", "drag:title")
        assert session.revision == 20
        assert session.can("ann").undo == "q 1 → 11"
        session.undo("ann")
        assert (session.document.nodes["b"].params, session.document.name) == ({"q": 1}, "11")
        assert session.can("ann") == (None, "q 1 → 11")
        session.redo("ann")
        assert session.document.nodes["b"].params == {"q": 11}
        assert session.at(3).nodes["b"].params == {"q": 3}


@pytest.mark.parametrize(
    ("pause", "label", "name"), [(1.1, "drag:q", "b"), (0.1, "drag:r", "b"), (0.1, "drag:q", "a"), (0.1, "q", "b")]
)
def test_a_pause_or_another_label_or_target_begins_a_step_of_its_own(
    tmp_path: Path, clock: Clock, pause: float, label: str, name: str
) -> None:
    with opened(tmp_path, TWO, clock) as session:
        edit(session, set_q(2), "ann", "drag:q")
        clock.now += pause
        edit(session, set_q(3, name), "ann", label)
        session.undo("ann")
        assert session.document.nodes["b"].params == {"q": 2}


def test_a_drag_that_has_a_name_is_one_step_however_long_the_hand_rests(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, TWO, clock) as session:
        for value, name in ((2, "drag:q#1"), (3, "drag:q#1"), (4, "drag:q#2")):
            edit(session, set_q(value), "ann", name)
            clock.now += 60
        session.undo("ann")
        assert session.document.nodes["b"].params == {"q": 3}
        session.undo("ann")
        assert text(session) == dumps(TWO)


def test_something_else_in_between_ends_a_drag(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2), "ann", "drag:q")
        edit(session, Title(name="other"), "ann")
        edit(session, set_q(3), "ann", "drag:q")
        session.undo("ann")
        assert (session.document.nodes["b"].params, session.document.name) == ({"q": 2}, "other")


def test_a_drag_of_several_things_is_one_step(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        for x in range(5):
            both = Batch(operations=(Move(places={"a": {"x": x}, "b": {"x": x}}), Title(name=str(x))))
            edit(session, both, "ann", "drag:move")
        session.undo("ann")
        assert text(session) == dumps(TWO)


def test_a_drag_of_what_cannot_be_taken_back_by_its_first_edit_is_several_steps(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, Add(id="c", node=Node(type="x")), "ann", "drag:add")
        edit(session, Add(id="d", node=Node(type="x")), "ann", "drag:add")
        session.undo("ann")
        assert set(session.document.nodes) == {"a", "b", "c"}


def test_a_document_is_open_in_one_place_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path, TWO), pytest.raises(InputError, match="open in another editor"), opened(tmp_path):
        pass
    with opened(tmp_path) as session:
        assert session.revision == 0


def test_a_closed_document_takes_no_edit(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        session.close()
        with pytest.raises(InputError, match="closed"):
            edit(session, Title(name="late"))


def test_a_snapshot_is_what_a_browser_needs(tmp_path: Path) -> None:
    with opened(tmp_path, TWO) as session:
        edit(session, Title(name="now"))
        found = session.snapshot()
    path = str(tmp_path / "graph.json")
    assert found == {"id": "id", "name": "now", "path": path, "revision": 1, "document": json.loads(text(session))}


def test_a_full_disk_refuses_an_edit_rather_than_losing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with opened(tmp_path, TWO) as session:
        edit(session, set_q(2))
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", full)
            with pytest.raises(InputError, match="nothing was changed") as caught:
                edit(session, set_q(3))
            assert "disk is full" in str(caught.value)
            assert (session.revision, session.document.nodes["b"].params) == (1, {"q": 2})
        assert edit(session, set_q(3)).revision == 2


def test_a_document_never_grows_larger_than_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "LARGEST_TEXT", 2_000)
    with opened(tmp_path, TWO) as session:
        for name in "cdefgh":
            edit(session, Add(id=name, node=Node(type="x" * 200)))
        with pytest.raises(InputError, match="too large"):
            edit(session, Add(id="i", node=Node(type="x" * 600)))
        edit(session, SetParameter(id="c", name="p", value=1))
        assert len(text(session).encode()) <= 2_000


def test_a_title_or_else_the_file_names_a_document(tmp_path: Path) -> None:
    with opened(tmp_path, Document()) as session:
        assert (session.name, type(session)) == ("graph", Session)
        edit(session, Title(name="titled"))
        assert session.name == "titled"
