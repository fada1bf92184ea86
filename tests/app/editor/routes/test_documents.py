"""Documents over HTTP: made, listed, copied, brought, put away and taken back."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from graphs.document.model import Document, Node
from graphs.document.reading import loads
from graphs.document.writing import dumps
from tests.app.editor.documents.sessions import TWO
from tests.app.editor.sites import Site


def test_a_new_document_is_listed_and_lies_in_the_workspace(site: Site) -> None:
    made = site.post("/api/documents", {"name": "Mine"}).json()
    (entry,) = site.get("/api/documents").json()["recent"]
    assert (entry["id"], entry["name"], entry["path"]) == (made["id"], "Mine", "Mine.json")
    assert (site.studio.library.workspace.folder / "Mine.json").is_file()


def test_an_example_is_opened_as_the_persons_copy_and_that_again(site: Site) -> None:
    examples = [entry["name"] for entry in site.get("/api/documents").json()["examples"]]
    assert "digits" in examples
    first = site.post("/api/documents", {"example": "digits"}).json()
    assert site.post("/api/documents", {"example": "digits"}).json() == first
    assert site.post("/api/documents", {}).json() != first


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "..", ".hidden", "nowhere", "a\x00b"])
def test_a_name_that_is_no_graph_of_the_workspace_is_refused(site: Site, name: str) -> None:
    outside = site.studio.library.workspace.folder.parent / "secret.json"
    outside.write_text(dumps(TWO))
    answer = site.post("/api/documents", {"example": name})
    assert (answer.status_code, bool(answer.json()["message"])) == (422, True)
    assert site.get("/api/documents").json()["recent"] == []


def test_a_link_out_of_the_workspace_is_refused(site: Site) -> None:
    folder = site.studio.library.workspace.folder
    (folder.parent / "secret.json").write_text(dumps(TWO))
    (folder / "link.json").symlink_to(folder.parent / "secret.json")
    answer = site.post("/api/documents", {"example": "link"})
    assert (answer.status_code, "leads out of the workspace" in answer.json()["message"]) == (422, True)


def test_a_title_never_makes_a_file_elsewhere(site: Site) -> None:
    site.post("/api/documents", {"name": "../../evil/../x"})
    folder = site.studio.library.workspace.folder
    assert [path.parent for path in folder.parent.rglob("*.json")] == [folder]


@pytest.mark.parametrize("body", [{"name": 3}, {"names": "x"}, [], None])
def test_what_is_no_order_for_a_document_is_refused(site: Site, body: JsonValue) -> None:
    assert site.ask("POST", "/api/documents", json=body).status_code == 422
    assert site.get("/api/documents").json()["recent"] == []


def test_a_graph_is_brought_and_told_today(site: Site) -> None:
    old = Document(nodes={"cfg": Node(type="guidance.cfg", params={"cfg_scale": 3.0})})
    answer = site.ask("POST", "/api/import?name=their.json", content=dumps(old).encode())
    session = site.studio.library.session(answer.json()["id"])
    assert session is not None
    assert (session.place.name, session.document.nodes["cfg"].params) == ("their.json", {"guidance_scale": 3.0})


@pytest.mark.parametrize("body", [b"", b"{}", b"\x89PNG\r\n\x1a\n", b"PK\3\4"])
def test_what_holds_no_graph_is_refused_and_leaves_nothing(site: Site, body: bytes) -> None:
    answer = site.ask("POST", "/api/import?name=x.json", content=body)
    assert (answer.status_code, bool(answer.json()["message"])) == (422, True)
    assert site.get("/api/documents").json()["recent"] == []


def test_a_copy_has_the_content_and_a_life_of_its_own(site: Site) -> None:
    session = site.open(TWO)
    copied = site.post(f"/api/documents/{session.id}/duplicate").json()["id"]
    other = site.studio.library.session(copied)
    assert other is not None
    assert (other.document, other.place == session.place) == (TWO, False)


def test_a_document_is_put_away_which_everybody_is_told_and_taken_back(site: Site) -> None:
    session = site.open(TWO)
    page = site.page(session.id)
    assert site.ask("DELETE", f"/api/documents/{session.id}").status_code == 200
    assert page.hear("gone") == {"kind": "gone"}
    assert ("forget", session.id) in site.desk.asked
    listed = site.get("/api/documents").json()
    assert (listed["recent"], [entry["id"] for entry in listed["deleted"]]) == ([], [session.id])
    assert site.post(f"/api/documents/{session.id}/undelete").json() == {"id": session.id}
    assert loads((site.studio.library.workspace.folder / "graph.json").read_bytes()) == TWO


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/documents/nobody/duplicate"),
        ("POST", "/api/documents/nobody/undelete"),
        ("DELETE", "/api/documents/nobody"),
        ("DELETE", "/api/documents/%2e%2e"),
    ],
)
def test_a_document_that_is_not_there_is_said_so(site: Site, method: str, path: str) -> None:
    answer = site.ask(method, path)
    assert (answer.status_code, "no such" in answer.json()["message"]) == (422, True)


def test_nothing_changes_without_the_pages_token(site: Site) -> None:
    session = site.open(TWO)
    cookie = {"Cookie": site.cookie}
    for method, path in (
        ("POST", "/api/documents"),
        ("POST", "/api/import"),
        ("DELETE", f"/api/documents/{session.id}"),
        ("POST", f"/api/documents/{session.id}/versions/0/restore"),
        ("POST", "/api/files?name=x"),
        ("POST", "/api/queue"),
        ("DELETE", "/api/gallery/1"),
    ):
        assert site.ask(method, path, headers=cookie).status_code == 403
    assert site.ask("GET", "/api/documents", headers=cookie).status_code == 200
    assert site.ask("GET", "/api/documents", headers={}).status_code == 401
