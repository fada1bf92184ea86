"""Large contents as files: written whole or not at all, and whatever stands in their place."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from graphs.store.blobs import UNDER_WAY, Blobs

DIGEST, CONTENT = "ab" * 32, b"content" * 10


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def old(path: Path) -> None:
    """Make it look as if it was written long ago."""
    before = path.stat().st_mtime - UNDER_WAY - 1
    os.utime(path, (before, before))


def test_a_content_is_read_as_it_was_written_and_gone_when_removed(blobs: Blobs) -> None:
    blobs.write(DIGEST, CONTENT)
    assert blobs.read(DIGEST) == CONTENT
    assert [path.name for path in blobs.folder.glob("*/*")] == [f"{DIGEST}.safetensors"]
    blobs.remove(DIGEST)
    assert blobs.read(DIGEST) is None
    blobs.remove(DIGEST)


def test_a_content_that_is_there_is_not_written_again(blobs: Blobs) -> None:
    blobs.write(DIGEST, CONTENT)
    before = blobs.path(DIGEST).stat().st_ino
    blobs.write(DIGEST, CONTENT)
    assert blobs.path(DIGEST).stat().st_ino == before


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT[:-1] + b"?", CONTENT + b"?", b"foreign"])
def test_a_damaged_file_is_written_over(blobs: Blobs, damage: bytes) -> None:
    blobs.write(DIGEST, CONTENT)
    blobs.path(DIGEST).write_bytes(damage)
    blobs.write(DIGEST, CONTENT)
    assert blobs.read(DIGEST) == CONTENT


def test_a_folder_in_place_of_a_file_is_removed(blobs: Blobs) -> None:
    for _ in range(2):
        (blobs.path(DIGEST) / "inner").mkdir(parents=True)
        assert blobs.read(DIGEST) is None
        blobs.remove(DIGEST)
        assert not blobs.path(DIGEST).exists()
    (blobs.path(DIGEST) / "inner").mkdir(parents=True)
    blobs.write(DIGEST, CONTENT)
    assert blobs.read(DIGEST) == CONTENT


@pytest.mark.parametrize("level", ["ab", "."])
def test_a_file_in_place_of_a_folder_is_removed(blobs: Blobs, level: str) -> None:
    path = blobs.folder / level
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not a folder")
    assert blobs.read(DIGEST) is None
    blobs.remove(DIGEST)
    blobs.write(DIGEST, CONTENT)
    assert blobs.read(DIGEST) == CONTENT


def test_a_write_that_fails_leaves_nothing(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        blobs.write(DIGEST, CONTENT)
    assert not list(blobs.folder.glob("*/*"))


def test_strays_are_what_is_known_to_nobody_and_not_under_way(blobs: Blobs) -> None:
    blobs.write(DIGEST, CONTENT)
    blobs.write("cd" * 32, CONTENT)
    part = blobs.folder / "ab" / "tmp.part"
    folder = blobs.folder / "ef" / "gh"
    part.write_bytes(b"half")
    folder.mkdir(parents=True)
    assert list(blobs.strays({DIGEST})) == []
    for path in blobs.folder.glob("*/*"):
        old(path)
    assert sorted(blobs.strays({DIGEST})) == [part, blobs.path("cd" * 32), folder]


def test_sizes_are_of_files_that_may_be_contents(blobs: Blobs) -> None:
    blobs.write(DIGEST, CONTENT)
    (blobs.folder / "ab" / "photo.safetensors").write_text("mine")
    assert [(digest, size) for digest, size, _ in blobs.sizes()] == [(DIGEST, len(CONTENT))]
