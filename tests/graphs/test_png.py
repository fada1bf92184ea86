"""A picture that carries a graph: round trips, and pictures that are hostile or broken."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path
from random import Random

import pytest
from PIL import Image, PngImagePlugin

from graphs.document.model import Document, Node
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.faults import Code, GraphError
from graphs.png import KEY, SIGNATURE, graph_of, is_png, with_graph

DOCUMENT = Document(name="Größe \N{GRINNING FACE}", nodes={"a": Node(type="x", params={"text": "a\nb" * 100})})


def picture(info: PngImagePlugin.PngInfo | None = None) -> bytes:
    """A small picture."""
    stream = io.BytesIO()
    made = Image.new("RGB", (5, 3), (200, 100, 50))
    made.putpixel((4, 2), (1, 2, 3))
    made.save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(made: bytes) -> bytes:
    """A small picture with another part behind its header."""
    png = picture()
    return png[:33] + made + png[33:]


def saved(content: bytes, folder: Path) -> Path:
    """A file of this content."""
    path = folder / "picture.png"
    path.write_bytes(content)
    return path


def test_a_picture_carries_a_graph_and_keeps_its_pixels(tmp_path: Path) -> None:
    png = with_graph(picture(), DOCUMENT)
    path = saved(png, tmp_path)
    assert is_png(path)
    assert graph_of(path) == DOCUMENT
    with Image.open(io.BytesIO(png)) as after, Image.open(io.BytesIO(picture())) as before:
        assert after.tobytes() == before.tobytes()
        assert dict(after.info)[KEY] == dumps(DOCUMENT)
    with Image.open(io.BytesIO(png)) as fresh:
        fresh.verify()


def test_a_compressed_text_is_read_too(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, dumps(DOCUMENT), zip=True)
    assert graph_of(saved(picture(info), tmp_path)) == DOCUMENT


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"{}", b"GIF89a" + b"\0" * 100])
def test_what_is_no_png_is_not_taken_for_one(content: bytes, tmp_path: Path) -> None:
    path = saved(content, tmp_path)
    assert not is_png(path)
    with pytest.raises(InputError):
        graph_of(path)


def test_a_picture_without_a_graph_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="carries no graph"):
        graph_of(saved(picture(), tmp_path))


def test_a_picture_with_something_else_under_the_key_is_a_graph_error(tmp_path: Path) -> None:
    body = KEY.encode() + b"\0\0\0\0\0" + b'{"noiseloom": 1, "noiseloom": 1}'
    with pytest.raises(GraphError) as caught:
        graph_of(saved(with_chunk(chunk(b"iTXt", body)), tmp_path))
    assert [fault.code for fault in caught.value.faults] == [Code.DUPLICATE_KEY]


def test_a_picture_cut_at_any_place_is_read_or_refused(tmp_path: Path) -> None:
    png = with_graph(picture(), DOCUMENT)
    counts = {"read": 0, "refused": 0}
    for length in range(len(png)):
        path = saved(png[:length], tmp_path)
        try:
            counts["read"] += graph_of(path) == DOCUMENT
        except InputError:
            counts["refused"] += 1
    assert sum(counts.values()) == len(png)
    assert counts["refused"] > len(dumps(DOCUMENT).encode())


def test_a_picture_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    png, random = with_graph(picture(), Document(name="a")), Random(7)  # noqa: S311 - repeatable, not secret
    refused = 0
    for place in range(len(png)):
        broken = bytearray(png)
        broken[place] ^= 1 << random.randrange(8)
        try:
            graph_of(saved(bytes(broken), tmp_path))
        except InputError:
            refused += 1
    assert 0 < refused <= len(png)


@pytest.mark.parametrize("kind", [b"iTXt", b"zTXt"])
def test_a_small_text_that_would_unpack_to_gigabytes_is_refused(kind: bytes, tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    head = packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 2**24) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + block * 256  # a flushed block unpacks alike wherever it stands
    assert len(packed) < 5 * 2**20
    body = KEY.encode() + (b"\0\1\0\0\0" if kind == b"iTXt" else b"\0\0") + packed
    with pytest.raises(InputError):
        graph_of(saved(with_chunk(chunk(kind, body)), tmp_path))


@pytest.mark.parametrize("size", [(10**9, 1), (40_000, 40_000), (2**31 - 1, 2**31 - 1), (0, 0)])
def test_a_header_that_claims_a_huge_picture_is_refused(size: tuple[int, int], tmp_path: Path) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    png = with_graph(SIGNATURE + header + picture()[33:], DOCUMENT)
    with pytest.raises(InputError):
        graph_of(saved(png, tmp_path))


@pytest.mark.parametrize(
    "kind",
    [
        b"IHDR",
        b"PLTE",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"pHYs",
        b"iCCP",
        b"eXIf",
        b"acTL",
        b"fcTL",
        b"sRGB",
        b"cICP",
        b"fdAT",
    ],
)
@pytest.mark.parametrize("body", [b"", b"\0", b"\xff" * 7, b"x\0\0" + b"\xff" * 20])
def test_other_parts_that_are_broken_are_passed_over_or_refused(kind: bytes, body: bytes, tmp_path: Path) -> None:
    path = saved(with_graph(with_chunk(chunk(kind, body)), DOCUMENT), tmp_path)
    with contextlib.suppress(InputError):
        assert graph_of(path) == DOCUMENT
