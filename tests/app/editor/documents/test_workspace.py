"""A name stands for a file in the workspace, or for none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies

from app.editor.documents.workspace import Workspace, stem_of
from graphs.errors import InputError


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_a_name_is_a_file_in_the_workspace_with_or_without_its_suffix(workspace: Workspace) -> None:
    assert workspace.path_of("digits") == workspace.path_of("digits.json") == workspace.folder / "digits.json"
    assert workspace.path_of("mine/My graph 2") == workspace.folder / "mine" / "My graph 2.json"
    assert workspace.shown(workspace.folder / "mine" / "a.json") == "mine/a.json"


OUTSIDE = [
    *("", ".", "..", "../a", "a/../../b", "/etc/passwd", "a//b", "a/", "./a", ".hidden", "a/.hidden/b", "a\\b"),
    *("C:/a", "a\0b", "a\nb", "con", "aux.json", "lpt1.x", "a.", " a", "a:b", "\ud800", "..\\..\\a"),
    *("x" * 81, "a/" * 300 + "a"),
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_could_lead_elsewhere_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name") as caught:
        workspace.path_of(name)
    assert "allowed: letters" in str(caught.value)
    str(caught.value).encode()


def test_a_tilde_is_a_letter_like_others(workspace: Workspace) -> None:
    assert workspace.path_of("~/a") == workspace.folder / "~" / "a.json"


def test_links_are_followed_before_a_name_is_judged(workspace: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (workspace.folder / "link.json").symlink_to(secret)
    (workspace.folder / "folder").symlink_to(tmp_path)
    (workspace.folder / "loop.json").symlink_to(workspace.folder / "loop.json")
    (workspace.folder / "fine.json").symlink_to(workspace.folder / "other.json")
    for name in ("link", "folder/secret", "folder/new"):
        with pytest.raises(InputError, match="leads out of the workspace"):
            workspace.path_of(name)
    with pytest.raises(InputError, match="no path"):
        workspace.path_of("loop")
    assert workspace.path_of("fine") == workspace.folder / "other.json"


@pytest.mark.parametrize("nodes", ["workspace", "workspace/nodes", "."])
def test_the_workspace_is_never_in_a_folder_of_nodes_or_around_one(tmp_path: Path, nodes: str) -> None:
    with pytest.raises(InputError, match="lie in one another"):
        Workspace(tmp_path / "workspace", [tmp_path / nodes])
    (tmp_path / "link").symlink_to(tmp_path / nodes)
    with pytest.raises(InputError, match="lie in one another"):
        Workspace(tmp_path / "workspace", [tmp_path / "link"])
    Workspace(tmp_path / "workspace", [tmp_path / "workspace-nodes"])


def test_a_workspace_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        Workspace(tmp_path / "file" / "workspace")


@given(strategies.text())
def test_every_title_gives_a_name_that_is_safe(title: str) -> None:
    name = stem_of(title)
    place = Path(name)
    assert place.name == name
    assert not name.startswith(".")
    name.encode()
    assert stem_of(name) == name


def test_a_title_is_kept_as_far_as_it_can_be() -> None:
    assert stem_of("Größe: 7/8 “x”") == "Größe 7 8 “x”"
    assert [stem_of(title) for title in ("", "...", "CON", "\0")] == ["graph"] * 4
