"""A folder is its files, by name and content; links in it lead where they may or are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphs import folders
from graphs.faults import Code
from graphs.folders import FolderError, folder_digest, folder_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two files, and what is hidden."""
    found = tmp_path / "model"
    for name in ("config.json", "unet/weights.txt", ".hidden", ".cache/x"):
        (found / name).parent.mkdir(parents=True, exist_ok=True)
        (found / name).write_text(name)
    return found


def inside(folder: Path) -> dict[str, Path]:
    """The files of a folder that no link leads out of."""
    return folder_files(folder, lambda path: path.is_relative_to(folder))


def digest(folder: Path) -> str:
    """The digest of a folder by its texts."""
    return folder_digest(inside(folder), lambda path: path.read_text())


def refused(folder: Path) -> Code:
    """The code of why a folder is not read."""
    with pytest.raises(FolderError) as caught:
        inside(folder)
    return caught.value.code


def test_the_files_are_named_from_the_folder_on_and_hidden_ones_left_out(folder: Path) -> None:
    assert inside(folder) == {name: folder / name for name in ("config.json", "unet/weights.txt")}


def test_the_digest_is_of_names_and_contents_and_not_of_the_place(folder: Path, tmp_path: Path) -> None:
    before = digest(folder)
    (folder / ".hidden").write_text("other")
    moved = folder.rename(tmp_path / "moved")
    assert digest(moved) == before
    (moved / "unet" / "weights.txt").write_text("other")
    changed = digest(moved)
    (moved / "unet" / "weights.txt").rename(moved / "unet" / "other.txt")
    assert len({before, changed, digest(moved)}) == 3


def test_a_link_inside_is_the_file_that_it_leads_to(folder: Path) -> None:
    (folder / "same.txt").symlink_to(folder / "unet" / "weights.txt")
    (folder / "vae").symlink_to(folder / "unet")
    assert inside(folder)["same.txt"] == inside(folder)["vae/weights.txt"] == folder / "unet" / "weights.txt"


def test_a_link_that_leads_elsewhere_nowhere_or_in_a_circle_is_refused(folder: Path, tmp_path: Path) -> None:
    for target, code in (
        (tmp_path / "secret.txt", Code.FILE_FORBIDDEN),
        (tmp_path, Code.FILE_FORBIDDEN),
        (folder, Code.FILE_FORBIDDEN),
        (folder / "nothing", Code.FILE_MISSING),
        (folder / "z", Code.FILE_MISSING),
    ):
        (tmp_path / "secret.txt").write_text("secret")
        (folder / "z").symlink_to(target)
        assert refused(folder) == code, target
        (folder / "z").unlink()


def test_a_pipe_in_the_folder_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert refused(folder) == Code.FILE_KIND


def test_a_folder_of_too_many_files_is_no_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 1)
    assert refused(folder) == Code.FILE_KIND
