"""Files of the workspace over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.editor.sites import Site
from tests.app.editor.test_uploads import picture
from tests.nodes.library.making import pipeline, weights


def test_an_uploaded_file_lies_in_the_workspace_and_is_listed(site: Site) -> None:
    body = picture("PNG")
    named = site.ask("POST", "/api/files?name=photo.png", content=body).json()
    assert named == {"path": "uploads/photo.png"}
    assert (site.studio.library.workspace.folder / "uploads" / "photo.png").read_bytes() == body
    assert site.get("/api/files?suffixes=.png,.jpg").json()["files"] == [named]
    assert site.get("/api/files?suffixes=.jpg").json()["files"] == []


def test_weights_that_come_with_noiseloom_are_listed_where_a_graph_does_not_say_what_it_wants(site: Site) -> None:
    found = site.get("/api/files").json()["assets"]
    assert found
    assert all(name.endswith(".safetensors") for name in found)


def test_models_are_offered_where_their_kind_of_file_or_a_folder_is_wanted(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "library"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    weights(tmp_path / "library" / "loras" / "x.safetensors", {"layer.lora_A.weight": (4, 4)})
    pipeline(tmp_path / "library" / "tiny")
    (tmp_path / "library" / "y.ckpt").write_bytes(b"pickled")

    def named(query: str) -> list[str]:
        return [model["name"] for model in site.get(f"/api/files{query}").json()["models"]]

    assert named("?suffixes=.safetensors") == ["loras/x.safetensors"]
    assert named("?folder=true") == ["loras/x.safetensors", "tiny"]
    assert named("?suffixes=.png&folder=true") == ["tiny"]
    assert named("") == named("?suffixes=.png") == []
    found = site.get("/api/files?suffixes=.safetensors").json()["models"][0]
    assert (found["value"], found["kind"]) == ({"file": "loras/x.safetensors"}, "LoRA")


@pytest.mark.parametrize("name", ["../../evil.png", "/etc/evil.png", "..\\evil.png", ".evil.png", "con.png", ""])
def test_an_upload_never_leaves_the_folder_for_uploads(site: Site, name: str) -> None:
    before = set(site.studio.library.workspace.folder.parent.rglob("*.png"))
    answer = site.ask("POST", f"/api/files?name={name}", content=picture("PNG"))
    assert answer.status_code == 200
    made = set(site.studio.library.workspace.folder.parent.rglob("*.png")) - before
    assert [path.parent for path in made] == [site.studio.library.workspace.folder / "uploads"]


@pytest.mark.parametrize("body", [b"", b"#!/bin/sh", b"MZ" + b"\0" * 100, b"<svg/>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_file_for_a_graph_is_refused_and_leaves_nothing(site: Site, body: bytes) -> None:
    answer = site.ask("POST", "/api/files?name=x.png", content=body)
    assert (answer.status_code, bool(answer.json()["message"])) == (422, True)
    assert site.get("/api/files").json()["files"] == []
    assert list((site.studio.library.workspace.folder / "uploads").iterdir()) == []


def test_an_upload_needs_a_name(site: Site) -> None:
    assert site.ask("POST", "/api/files", content=picture("PNG")).status_code == 422
