"""The history over HTTP."""

from __future__ import annotations

import pytest

from app.editor.documents.session import OLD
from graphs.document.writing import dumps
from tests.app.editor.documents.sessions import TWO, edit, set_q
from tests.app.editor.sites import Site


def test_versions_are_listed_named_and_had_again_by_whoever_asks(site: Site) -> None:
    session = site.open(TWO)
    edit(session, set_q(2), "ann")
    edit(session, set_q(3), "bob")
    page = site.page(session.id)
    address = f"/api/documents/{session.id}/versions"
    assert [(entry["revision"], entry["author"]) for entry in site.get(address).json()] == [
        (2, "bob"),
        (1, "ann"),
        (0, ""),
    ]
    assert site.post(f"{address}/1/name", {"name": "good"}).status_code == 200
    assert [entry["named"] for entry in site.get(address).json()] == ["", "good", ""]
    assert site.post(f"{address}/1/restore").status_code == 200
    told = page.hear("edited")
    assert (told["revision"], session.document.nodes["b"].params) == (3, {"q": 2})
    assert told["can"] == {"undo": "restored version 1", "redo": None}, "by this browser"


def test_the_file_as_it_was_before_it_was_brought_up_to_date_can_be_had(site: Site) -> None:
    place = site.studio.library.workspace.folder / "old.json"
    old = '{"noiseloom": 1,\t"nodes": {"cfg": {"type": "guidance.cfg", "params": {"cfg_scale": 3.0}}}}'
    place.write_text(old)
    session = site.studio.library.open("old")
    address = f"/api/documents/{session.id}/versions"
    assert [entry["label"] for entry in site.get(address).json()] == ["brought up to date", OLD]
    assert site.get(f"{address}/0").text == old
    assert site.get(f"{address}/1").text == dumps(session.document)
    assert site.get(f"{address}/2").status_code == 422


@pytest.mark.parametrize("revision", ["9", "-1", "99999999999999999999999999"])
@pytest.mark.parametrize("what", ["name", "restore"])
def test_a_version_that_is_not_there_is_said_so(site: Site, revision: str, what: str) -> None:
    session = site.open(TWO)
    answer = site.post(f"/api/documents/{session.id}/versions/{revision}/{what}", {"name": "x"})
    assert (answer.status_code, "no such version" in answer.json()["message"]) == (422, True)
    assert session.revision == 0


def test_what_is_no_version_or_no_document_is_refused(site: Site) -> None:
    session = site.open(TWO)
    assert site.post(f"/api/documents/{session.id}/versions/first/restore").status_code == 422
    assert site.post(f"/api/documents/{session.id}/versions/0/name", {}).status_code == 422
    assert "no such document" in site.get("/api/documents/nobody/versions").json()["message"]
