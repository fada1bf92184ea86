"""What a browser hands in is judged by what it is, and stays where it belongs."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.editor.judging import LARGEST, Kind
from app.editor.picking import files_in_workspace
from app.editor.uploads import LONGEST_NAME, accept, safe_stem
from graphs.errors import InputError


def picture(kind: str, width: int = 3, height: int = 2) -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """The first bytes of a PNG that says it is huge."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    return png + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def weights(entries: object, data: bytes) -> bytes:
    """A safetensors file with this header."""
    header = json.dumps(entries).encode()
    return len(header).to_bytes(8, "little") + header + data


TENSOR = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
GOOD = {"a": TENSOR, "__metadata__": {"format": "pt"}}


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (picture("PNG"), ".png"),
        (picture("JPEG"), ".jpg"),
        (picture("WEBP"), ".webp"),
        (b'\xef\xbb\xbf {"a": [1, 2]}', ".json"),
        (weights(GOOD, bytes(16)), ".safetensors"),
    ],
)
def test_a_file_is_taken_for_what_it_holds_whatever_it_is_called(tmp_path: Path, content: bytes, suffix: str) -> None:
    upload = accept(tmp_path, "photo.exe", content)
    assert (upload.name, upload.path.read_bytes(), upload.size) == (f"uploads/photo{suffix}", content, len(content))
    assert files_in_workspace(tmp_path, (suffix,)) == [upload.name]


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90", b"<svg onload=x>", b"GIF89a" + bytes(20), b"#!/bin/sh", b"PK\x03\x04" + bytes(30)]
)
def test_other_kinds_are_refused_even_under_a_good_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="not taken"):
        accept(tmp_path, "photo.png", content)
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize("size", [(8193, 8193), (2**31 - 1, 2**31 - 1), (100_000, 1000)])
def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="too many pixels"):
        accept(tmp_path, "bomb.png", bomb(*size))
    assert accept(tmp_path, "large.png", bomb(8192, 8192)).kind is Kind.PNG


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_ends_in_its_header_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        accept(tmp_path, "cut", picture(kind)[:20])


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[NaN]", "[" * 101 + "]" * 101, "{", '["\\ud800"]', "[1e999]"])
def test_json_is_read_as_strictly_as_a_graph(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="JSON cannot be read"):
        accept(tmp_path, "graph.json", text.encode())


@pytest.mark.parametrize(
    ("change", "data"),
    [
        ({}, 15),
        ({}, 17),
        ({"data_offsets": [1, 17]}, 17),
        ({"data_offsets": [0, 8]}, 8),
        ({"shape": [-2, -2]}, 16),
        ({"dtype": "F99"}, 16),
        ({"shape": [2**60, 2**60]}, 16),
        ({"data_offsets": [16, 0]}, 16),
        ({"more": 1}, 16),
    ],
)
def test_weights_whose_header_does_not_fit_the_file_are_refused(
    tmp_path: Path, change: dict[str, object], data: int
) -> None:
    with pytest.raises(InputError, match="damaged"):
        accept(tmp_path, "w.safetensors", weights({"a": {**TENSOR, **change}}, bytes(data)))


def test_weights_whose_tensors_overlap_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged"):
        accept(tmp_path, "w.safetensors", weights({"a": TENSOR, "b": TENSOR}, bytes(16)))


@pytest.mark.parametrize("header", [[], "text", {"__metadata__": {"a": 1}}, {"a": None}])
def test_weights_with_another_header_are_refused(tmp_path: Path, header: object) -> None:
    with pytest.raises(InputError):
        accept(tmp_path, "w.safetensors", weights(header, b""))


def test_a_file_that_never_ends_is_cut_off_and_leaves_nothing(tmp_path: Path) -> None:
    count = 0

    def endless() -> Iterator[bytes]:
        nonlocal count
        yield picture("PNG")
        while True:
            count += 1
            yield bytes(2**20)

    with pytest.raises(InputError, match="too large"):
        accept(tmp_path, "endless.png", endless())
    assert count == LARGEST[Kind.PNG] // 2**20
    assert list((tmp_path / "uploads").iterdir()) == []


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"mine")
    workspace = tmp_path / "workspace"
    names = [accept(workspace, "a.png", picture("PNG")).name for _ in range(2)]
    (workspace / "uploads" / "a-3.png").symlink_to(outside)
    (workspace / "uploads" / "a-4.png").symlink_to(tmp_path / "nowhere")
    assert [*names, accept(workspace, "a.png", picture("PNG")).name] == [
        "uploads/a.png",
        "uploads/a-2.png",
        "uploads/a-5.png",
    ]
    assert outside.read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_no_file_goes_out_of_the_workspace_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "uploads").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="link"):
        accept(tmp_path / "workspace", "a.png", picture("PNG"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("filename", "stem"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot"),
        ("C:\\a\\b.png", "b"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("CON.png", "file-CON"),
        ("a\0b\n<c>.png", "a-b--c"),
        ("Ångström 数字.png", "Ångström 数字"),
        ("x" * 300 + ".png", "x" * LONGEST_NAME),
        ("/", "file"),
    ],
)
def test_a_name_leads_nowhere(filename: str, stem: str) -> None:
    assert safe_stem(filename) == stem


@given(st.text(max_size=80))
def test_any_name_is_one_plain_name(filename: str) -> None:
    stem = safe_stem(filename)
    assert stem.strip(" .") == stem != ""
    assert not set(stem) & set('/\\:*?"<>|\0\n')
    assert len(stem.encode()) <= 4 * (LONGEST_NAME + 5)


def test_the_picker_shows_no_hidden_file_and_no_link_outside(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    for path in (workspace / "a.png", workspace / "sub" / "b.PNG", workspace / ".git" / "c.png", outside / "d.png"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (workspace / ".hidden.png").touch()
    (workspace / "inside.png").symlink_to(workspace / "a.png")
    (workspace / "out.png").symlink_to(outside / "d.png")
    (workspace / "folder").symlink_to(outside)
    (workspace / "loop.png").symlink_to(workspace / "loop.png")
    assert files_in_workspace(workspace, (".png",)) == ["a.png", "inside.png", "sub/b.PNG"]
    assert files_in_workspace(tmp_path / "none") == []
