"""Documents as files to take away."""

from __future__ import annotations

from graphs.document.operations import SetParameter, Title
from graphs.document.reading import loads
from graphs.document.writing import dumps
from tests.app.editor.documents.sessions import TWO, edit
from tests.app.editor.sites import Site


def test_json_is_the_document_as_it_is_now(site: Site) -> None:
    session = site.open(TWO)
    edit(session, Title(name="now"))
    answer = site.get(f"/api/documents/{session.id}/export.json")
    assert (answer.text, answer.headers["content-type"]) == (dumps(session.document), "application/json")
    assert answer.headers["content-disposition"] == 'attachment; filename="graph.json"'


def test_a_pack_is_brought_back_as_the_same_graph(site: Site) -> None:
    session = site.studio.library.open("digits")
    answer = site.get(f"/api/documents/{session.id}/export.zip")
    assert answer.headers["content-type"] == "application/zip"
    brought = site.ask("POST", "/api/import?name=theirs.zip", content=answer.content).json()["id"]
    assert loads(site.get(f"/api/documents/{brought}/export.json").content) == session.document


def test_a_file_whose_name_has_marks_is_offered_under_one_that_no_header_minds(site: Site) -> None:
    session = site.open(TWO, 'é "漢"\\')
    told = site.get(f"/api/documents/{session.id}/export.json").headers["content-disposition"]
    assert told == f'attachment; filename="{"_" * len(session.place.stem[:1])} _.json"'


def test_what_cannot_be_exported_is_said(site: Site) -> None:
    session = site.open(TWO)
    for address, words in (
        (f"{session.id}/export.exe", "not exported as 'exe'"),
        ("nobody/export.json", "no such document"),
    ):
        answer = site.get(f"/api/documents/{address}")
        assert (answer.status_code, words in answer.json()["message"]) == (422, True)
    edit(session, SetParameter(id="a", name="file", value={"file": "nowhere.png"}))
    assert site.get(f"/api/documents/{session.id}/export.zip").status_code == 422
