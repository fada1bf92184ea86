"""An old document that is opened is brought up to date as its first edit, and what it was is kept."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from app.editor.documents import opening, replaying, session
from app.editor.documents.library import Library
from app.editor.documents.session import OLD, UPGRADER
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.document.reading import loads
from graphs.document.writing import dumps
from tests.app.editor.documents.sessions import TWO, crash, edit, set_q

SPELLED = '{"noiseloom": 1,\t"nodes": {"cfg": {"type": "guidance.cfg", "params": {"cfg_scale": 3.0}}}}\n'
"""A graph with the name that a parameter has elsewhere, laid out as no program of ours does."""

FORMAT_0 = '{"noiseloom": 0, "boxes": {"a": {"type": "x"}}}'


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(plugins=False)


@pytest.fixture
def library(home: Path, catalogue: Catalogue) -> Iterator[Library]:
    made = Library(catalogue=catalogue)
    yield made
    made.close()


def written(library: Library, text: str, name: str = "old") -> Path:
    place = library.workspace.folder / f"{name}.json"
    place.write_text(text)
    return place


def test_what_is_called_otherwise_today_is_renamed_as_the_first_edit(library: Library) -> None:
    place = written(library, SPELLED)
    found = library.open("old")
    assert (found.revision, found.document.nodes["cfg"].params) == (1, {"guidance_scale": 3.0})
    newest, oldest = found.versions()
    assert (newest.author, newest.label) == (UPGRADER, "brought up to date")
    assert (oldest.revision, oldest.named) == (0, OLD)
    assert found.at(0).nodes["cfg"].params == {"cfg_scale": 3.0}
    assert "guidance_scale" in found.notes[0]
    assert found.can("ann") == (None, None), "nobody's undo takes it back"
    found.save()
    assert loads(place.read_bytes()) == found.document


def test_the_old_files_bytes_are_kept_to_the_last_blank_also_after_a_restart(library: Library) -> None:
    written(library, SPELLED)
    id_ = library.open("old").id
    library.shut(id_)
    again = library.session(id_)
    assert again is not None
    assert (again.revision, again.text(0)) == (1, SPELLED)
    again.restore(0, "ann")
    assert again.document.nodes["cfg"].params == {"cfg_scale": 3.0}


def test_it_is_done_once_and_not_to_a_document_of_today(library: Library) -> None:
    written(library, SPELLED)
    id_ = library.open("old").id
    for _ in range(2):
        library.shut(id_)
        again = library.session(id_)
        assert again is not None
        assert again.revision == 1
    laid_out = json.dumps(json.loads(dumps(TWO)), indent=8)
    place = written(library, laid_out, "today")
    assert library.open("today").revision == 0
    library.close()
    assert place.read_text() == laid_out


def test_a_killed_server_finds_it_as_it_was_left(library: Library) -> None:
    written(library, SPELLED)
    found = library.open("old")
    crash(found)
    again = library.session(found.id)
    assert again is not None
    assert (again.revision, again.document, again.text(0)) == (1, found.document, SPELLED)


def test_a_document_that_grew_old_with_a_history_keeps_that(home: Path, catalogue: Catalogue) -> None:
    before = Library()
    place = written(before, SPELLED)
    found = before.open("old")
    edit(found, set_q(5, "cfg"))
    found.name_version(1, "mine")
    before.close()
    text = place.read_text()
    library = Library(catalogue=catalogue)
    again = library.open("old")
    assert (again.revision, again.document.nodes["cfg"].params) == (2, {"guidance_scale": 3.0, "q": 5})
    assert again.text(1) == text
    assert [version.named for version in again.versions()] == ["", "mine", ""]
    again.undo("ann")
    assert again.document.nodes["cfg"].params == {"guidance_scale": 3.0}
    library.close()


def test_a_document_of_an_older_format_is_one_of_today_and_its_text_is_kept(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def migrated(raw: dict[str, JsonValue]) -> dict[str, JsonValue]:
        return {"nodes" if key == "boxes" else key: value for key, value in raw.items()}

    for module in (opening, replaying, session):
        monkeypatch.setattr(module, "loads", functools.partial(loads, migrations={0: migrated}))
    place = written(library, FORMAT_0)
    found = library.open("old")
    assert (found.revision, set(found.document.nodes), found.text(0)) == (1, {"a"}, FORMAT_0)
    library.shut(found.id)
    assert json.loads(place.read_text())["noiseloom"] == 1
    again = library.session(found.id)
    assert again is not None
    assert (again.revision, again.text(0), again.at(0)) == (1, FORMAT_0, again.document)
