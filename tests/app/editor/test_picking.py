"""Files to choose from lie in the workspace, and there are never too many."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.editor import picking
from app.editor.picking import files_in_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace beside something secret."""
    folder = tmp_path / "workspace"
    (folder / "deep" / "er").mkdir(parents=True)
    for name in ("b.png", "a.JPG", "deep/er/c.png", ".hidden.png", "graph.json"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    return folder


def test_files_are_found_by_their_suffix_in_any_case(workspace: Path) -> None:
    assert files_in_workspace(workspace, (".png", ".jpg")) == ["a.JPG", "b.png", "deep/er/c.png"]
    assert files_in_workspace(workspace) == ["a.JPG", "b.png", "deep/er/c.png", "graph.json"]
    assert files_in_workspace(workspace / "nowhere") == []


def test_hidden_folders_and_links_that_lead_out_are_left_out(workspace: Path) -> None:
    (workspace / ".git").mkdir()
    (workspace / ".git" / "d.png").write_bytes(b"x")
    (workspace / "out.png").symlink_to(workspace.parent / "secret.png")
    (workspace / "out").symlink_to(workspace.parent)
    (workspace / "loop.png").symlink_to(workspace / "loop.png")
    (workspace / "broken.png").symlink_to(workspace / "nothing.png")
    (workspace / "within.png").symlink_to(workspace / "b.png")
    assert files_in_workspace(workspace, (".png",)) == ["b.png", "deep/er/c.png", "within.png"]


def test_there_is_an_end_to_how_much_is_looked_at_and_how_deep(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = workspace.joinpath(*"abcdefghi")
    deep.mkdir(parents=True)
    for folder in (deep, deep.parent):
        (folder / "x.png").write_bytes(b"x")
    assert "a/b/c/d/e/f/g/h/x.png" in files_in_workspace(workspace)
    assert "a/b/c/d/e/f/g/h/i/x.png" not in files_in_workspace(workspace)
    monkeypatch.setattr(picking, "MOST_FILES", 2)
    assert len(files_in_workspace(workspace)) == 2
    monkeypatch.setattr(picking, "MOST_VISITED", 1)
    assert len(files_in_workspace(workspace)) <= 1
