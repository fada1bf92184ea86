"""Documents as files to take away."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from graphs.document.operations import SetParameter, Title
from graphs.document.reading import loads
from graphs.document.writing import dumps, save
from tests.app.editor.documents.sessions import TWO, edit
from tests.app.editor.sites import Site, site_in


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


class Asked(NamedTuple):
    """A command, and what the loop had done by the time when it ran."""

    command: list[str]
    thread: threading.Thread
    saved: str


def test_a_script_is_written_beside_the_loop_of_the_saved_file_with_what_the_editor_was_started_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Asked] = []
    (tmp_path / "mine").mkdir()

    def command(given: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(Asked(given, threading.current_thread(), Path(given[-1]).read_text()))
        return subprocess.CompletedProcess(given, 0, b"print()", b"")

    monkeypatch.setattr("app.editor.documents.exporting.subprocess.run", command)
    with site_in(tmp_path / "home", monkeypatch, [tmp_path / "mine"]) as site:
        session = site.open(TWO)
        edit(session, Title(name="now"))
        answer = site.get(f"/api/documents/{session.id}/export.py")
        assert (answer.text, answer.headers["content-type"]) == ("print()", "text/x-python; charset=utf-8")
        ((given, thread, saved),) = asked
        assert (thread is threading.current_thread(), saved) == (False, dumps(session.document))
        uses = ["--nodes", str(tmp_path / "mine"), "--allow-read", str(tmp_path / "home" / "readable")]
        assert given[given.index("export") :] == ["export", *uses, "--", str(session.place)]


def test_a_script_needs_no_plug_ins_where_the_editor_has_none(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def command(given: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(given, 1, b"", b"noiseloom: " + " ".join(given).encode())

    monkeypatch.setattr("app.editor.documents.exporting.subprocess.run", command)
    session = site.open(TWO)
    answer = site.get(f"/api/documents/{session.id}/export.py")
    assert (answer.status_code, "cannot be exported: " in answer.json()["message"]) == (422, True)
    assert "--no-plugins --allow-read" in answer.json()["message"]


def test_before_a_script_is_written_all_hear_what_another_program_wrote_into_the_file(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.CompletedProcess[bytes]([], 0, b"", b"")
    monkeypatch.setattr("app.editor.documents.exporting.subprocess.run", lambda *_, **__: done)
    session = site.open(TWO)
    page = site.page(session.id)
    save(TWO.model_copy(update={"name": "theirs"}), session.place)
    assert site.get(f"/api/documents/{session.id}/export.py").status_code == 200
    assert page.hear("edited")["label"] == "changed on disk"


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
