"""All documents of a home: found by name, listed, renamed, copied, put away and taken back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.editor.documents.library import Library
from graphs.document.model import Document
from graphs.document.operations import Title
from graphs.document.reading import loads
from graphs.document.writing import dumps, save
from graphs.errors import InputError
from graphs.home import examples_folder
from graphs.opening import example_names
from tests.app.editor.documents.conftest import Clock
from tests.app.editor.documents.sessions import TWO, edit


def test_an_example_opens_as_the_persons_own_copy_and_that_is_reopened(library: Library, home: Path) -> None:
    session = library.open("digits")
    assert session.place == home / "workspace" / "digits.json"
    assert session.place.read_bytes() == (examples_folder() / "digits.json").read_bytes()
    edit(session, Title(name="mine"))
    library.shut(session.id)
    again = library.open("digits")
    assert (again.id, again.document.name, again.shown) == (session.id, "mine", "digits.json")
    assert (examples_folder() / "digits.json").read_bytes().find(b"mine") < 0


def test_a_file_has_one_session_however_it_is_named(library: Library) -> None:
    session = library.create("one")
    (session.place.parent / "link.json").symlink_to(session.place)
    assert library.open("one") is library.open("one.json") is library.open("link") is session
    assert library.open(session.place) is library.session(session.id) is session


def test_a_path_from_the_command_line_is_edited_in_its_place(library: Library, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.json"
    save(TWO, place)
    session = library.open(place)
    edit(session, Title(name="edited"))
    library.shut(session.id)
    assert loads(place.read_bytes()).name == "edited"
    found = library.session(session.id)
    assert found is not None
    assert found.place == place


def test_a_path_that_became_a_link_is_not_followed_for_an_id(library: Library, tmp_path: Path) -> None:
    place, secret = tmp_path / "elsewhere.json", tmp_path / "secret.json"
    save(TWO, place)
    save(TWO, secret)
    id_ = library.open(place).id
    library.shut(id_)
    place.unlink()
    place.symlink_to(secret)
    with pytest.raises(InputError, match="leads elsewhere"):
        library.session(id_)


@pytest.mark.parametrize("name", ["../elsewhere", "/etc/passwd", "elsewhere"])
def test_a_name_never_opens_what_lies_elsewhere(library: Library, tmp_path: Path, name: str) -> None:
    save(TWO, tmp_path / "home" / "elsewhere.json")
    with pytest.raises(InputError):
        library.open(name)


def test_a_name_that_is_near_one_is_suggested(library: Library) -> None:
    with pytest.raises(InputError, match="did you mean 'digits'"):
        library.open("digit")
    for path in (Path("nowhere.json"), Path()):
        with pytest.raises(InputError):
            library.open(path)
    assert library.session("unknown") is None


def test_a_new_document_never_takes_the_name_of_another(library: Library) -> None:
    places = [library.create("My/graph", TWO).place.name for _ in range(3)]
    assert places == ["My graph.json", "My graph-2.json", "My graph-3.json"]
    assert library.create("Neu").document == Document(name="Neu")


def test_recent_ones_are_listed_what_changed_last_first(library: Library, clock: Clock) -> None:
    first, second = library.create("first"), library.create("second")
    clock.now += 60
    edit(first, Title(name="Titled"))
    first.save()
    library.set_thumbnail(first.id, "abc.png")
    second.place.unlink()
    third = library.create("third")
    found = library.recent()
    assert [entry["id"] for entry in found[:2]] in ([first.id, third.id], [third.id, first.id])
    assert next(entry for entry in found if entry["id"] == first.id) == {
        "id": first.id,
        "name": "Titled",
        "path": "first.json",
        "changed": "2023-11-14T22:14:20+00:00",
        "thumbnail": "abc.png",
    }
    assert second.id not in [entry["id"] for entry in found], "its file is gone"


def test_ids_stay_over_restarts_even_where_the_list_is_damaged(library: Library, home: Path) -> None:
    sessions = [library.create("first"), library.create("second")]
    ids = [session.id for session in sessions]
    library.close()
    (home / "editor" / "documents.sqlite").write_bytes(b"rubbish" * 500)
    again = Library()
    assert [again.open(name).id for name in ("first", "second")] == ids
    again.close()


def test_a_list_that_is_damaged_while_it_is_open_is_made_again(library: Library, home: Path) -> None:
    session = library.create("first")
    base = sqlite3.connect(home / "editor" / "documents.sqlite")
    base.execute("DROP TABLE documents")
    base.commit()
    base.close()
    assert [entry["id"] for entry in library.recent()] == [session.id]


def test_another_process_cannot_open_what_is_open(library: Library) -> None:
    library.create("first")
    other = Library()
    with pytest.raises(InputError, match="open in another editor"):
        other.open("first")
    other.close()
    library.close()
    last = Library()
    assert last.open("first").revision == 0
    last.close()


def test_a_renamed_document_keeps_its_id_and_history(library: Library) -> None:
    session = library.create("first")
    edit(session, Title(name="edited"))
    library.create("taken")
    with pytest.raises(InputError, match="that name already"):
        library.rename(session.id, "taken")
    library.rename(session.id, "sub/renamed")
    assert (session.shown, library.open("sub/renamed")) == ("sub/renamed.json", session)
    edit(session, Title(name="again"))
    library.shut(session.id)
    found = library.open("sub/renamed")
    assert (found.id, found.revision, found.notes) == (session.id, 2, [])
    with pytest.raises(InputError, match="no such graph"):
        library.open("first")


def test_a_copy_lies_beside_the_original_and_has_a_history_of_its_own(library: Library) -> None:
    session = library.create("first", TWO)
    edit(session, Title(name="edited"))
    copy = library.duplicate(session.id)
    assert (copy.place.name, copy.document, copy.revision) == ("first-2.json", session.document, 0)
    assert copy.id != session.id


def test_a_deleted_document_can_be_had_back_with_its_history(library: Library) -> None:
    session = library.create("first", TWO)
    edit(session, Title(name="edited"), "ann")
    library.delete(session.id)
    assert not session.place.exists()
    assert library.session(session.id) is None
    assert [entry["path"] for entry in library.deleted()] == ["first.json"]
    other = library.create("first")
    back = library.restore(session.id)
    assert (back.id, back.place.name, back.document.name) == (session.id, "first-2.json", "edited")
    assert other.place.name == "first.json"
    back.undo("ann")
    assert back.document == TWO
    assert library.deleted() == []
    with pytest.raises(InputError, match="trash"):
        library.restore(session.id)


def test_what_lies_outside_the_workspace_is_neither_renamed_nor_deleted(library: Library, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.json"
    save(TWO, place)
    session = library.open(place)
    with pytest.raises(InputError, match="outside the workspace"):
        library.delete(session.id)
    with pytest.raises(InputError, match="outside the workspace"):
        library.rename(session.id, "inside")
    assert place.read_text() == dumps(TWO)
    assert library.duplicate(session.id).place == tmp_path / "elsewhere-2.json"
    with pytest.raises(InputError, match="no such document"):
        library.delete("../../etc")


def test_the_examples_are_listed_with_what_they_show(library: Library) -> None:
    found = library.examples()
    assert [entry["name"] for entry in found] == example_names()
    digits = next(entry for entry in found if entry["name"] == "digits")
    assert digits["title"] == "Handwritten digits"
    assert "Noise becomes digits" in str(digits["about"])
