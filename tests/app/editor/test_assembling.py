"""What a person names on the command line is opened as what it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.editor.assembling import build, opened
from app.editor.options import Options
from app.editor.tokens import Tokens
from graphs.document.reading import loads
from graphs.document.writing import save
from graphs.errors import InputError
from graphs.png import with_graph
from tests.app.editor import sites
from tests.app.editor.documents.sessions import TWO
from tests.app.editor.documents.test_exchange import PNG
from tests.app.editor.sites import Site
from tests.graphs.toyshop import FOLDER


def test_without_a_name_the_first_example_is_shown(site: Site) -> None:
    page = site.built.place_of(None)
    session = site.studio.library.session(page.removeprefix("/d/"))
    assert session is not None
    assert session.place.name == "emoji.json"
    assert site.built.place_of("emoji") == page


def test_a_file_is_edited_in_its_place_and_a_picture_as_a_new_document(site: Site, tmp_path: Path) -> None:
    save(TWO, tmp_path / "mine.JSON")
    (tmp_path / "shot.png").write_bytes(with_graph(PNG, TWO))
    assert opened(str(tmp_path / "mine.JSON"), site.studio).place == tmp_path / "mine.JSON"
    brought = opened(str(tmp_path / "shot.png"), site.studio)
    assert (brought.place, brought.document) == (site.studio.library.workspace.folder / "shot.json", TWO)


def test_a_name_leads_into_the_workspace_and_nowhere_else(site: Site, tmp_path: Path) -> None:
    save(TWO, tmp_path / "home" / "secret.json")
    for name in ("../secret", "nowhere", "home/../../secret"):
        with pytest.raises(InputError):
            site.built.place_of(name)


def test_what_the_editor_was_started_with_reaches_catalogue_engine_and_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toys = tmp_path / "toys"
    toys.mkdir()
    for name in ("values", "making"):
        shutil.copy(FOLDER / f"{name}.py", toys)
    with sites.site_in(tmp_path / "home", monkeypatch, [toys]) as site:
        settings = site.desk.settings
        assert (settings.nodes, settings.plugins, settings.device) == ((toys,), True, "auto")
        assert settings.readable == site.options.readable != ()
        assert set(sites.OURS.nodes) < set(site.studio.catalogue.nodes)
    monkeypatch.setenv("NOISELOOM_HOME", str(toys))
    with pytest.raises(InputError, match="lie in one another"):
        build(Options(nodes=(toys,)), Tokens(b"s", 1))


def test_every_document_that_was_open_is_saved_when_the_editor_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sites.site_in(tmp_path / "home", monkeypatch) as site:
        session = site.open(TWO)
        page = site.page(session.id)
        page.edit(1, {"do": "title", "name": "last words"})
        page.hear("edited")
        place = session.place
        page.go()
    assert loads(place.read_bytes()).name == "last words"
    assert not session.is_open
