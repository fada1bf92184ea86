"""A file is written whole or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.whole import write_whole


def test_a_file_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "file"
    write_whole(place, b"old")
    write_whole(place, b"new", prefix=".file.", synced=True)
    assert place.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [place]


def test_what_cannot_be_put_in_place_leaves_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    place.mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(place, b"new")
    assert list(tmp_path.iterdir()) == [place]
