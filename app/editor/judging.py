"""What an uploaded file is, by its content, and whether it is sound; no pixel is decoded and no tensor read."""

from __future__ import annotations

import struct
import warnings
from enum import Enum
from pathlib import Path

from app.editor.tensor_headers import judge_tensors
from graphs.document.reading import parse_json
from graphs.errors import InputError
from graphs.faults import GraphError

HEAD = 16
"""Bytes that tell what a file is."""

MOST_PIXELS = 64 * 2**20
"""Pixels of a picture."""

LONGEST_HEADER = 25 * 2**20
"""Bytes of the header of a safetensors file."""


class Kind(Enum):
    """What is taken."""

    PNG = ".png"
    JPEG = ".jpg"
    WEBP = ".webp"
    JSON = ".json"
    SAFETENSORS = ".safetensors"

    @property
    def suffix(self) -> str:
        """The suffix that such files are kept with."""
        return self.value


LARGEST = {
    Kind.PNG: 64 * 2**20,
    Kind.JPEG: 64 * 2**20,
    Kind.WEBP: 64 * 2**20,
    Kind.JSON: 64 * 2**20,
    Kind.SAFETENSORS: 256 * 2**20,
}
"""Bytes, by what a file is."""

PICTURES = {Kind.PNG: "PNG", Kind.JPEG: "JPEG", Kind.WEBP: "WEBP"}


def kind_of(head: bytes, where: str) -> Kind:
    """What a file is that begins so; its name counts for nothing. `InputError` where it is nothing that is taken."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= LONGEST_HEADER:
        return Kind.SAFETENSORS
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return Kind.JSON
    allowed = "PNG, JPEG, WebP, JSON or safetensors, whatever the file is called"
    raise InputError("this kind of file is not taken", where=where, allowed=allowed)


def judge(kind: Kind, path: Path, size: int, where: str) -> None:
    """Look whether a file is sound, from its header; `InputError` where it is not."""
    if kind in PICTURES:
        _judge_picture(PICTURES[kind], path, where)
    elif kind is Kind.SAFETENSORS:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            judge_tensors(file.read(length), size - 8 - length, where)
    else:
        try:
            parse_json(path.read_bytes())
        except GraphError as error:
            raise InputError(f"the JSON cannot be read: {error}", where=where) from error


def _judge_picture(format_name: str, path: Path, where: str) -> None:
    from PIL import Image  # only for pictures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of size: judged below, before anything is decoded
            with Image.open(path, formats=(format_name,)) as picture:
                width, height = picture.size
    except Image.DecompressionBombError as error:
        raise InputError("the picture has too many pixels", where=where, allowed=_pixels()) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise InputError("the picture is damaged", where=where, given=str(error)[:200], mend="save it again") from error
    if width * height > MOST_PIXELS:
        given = f"{width} × {height} pixels"
        raise InputError("the picture has too many pixels", where=where, given=given, allowed=_pixels())


def _pixels() -> str:
    return f"at most {MOST_PIXELS // 2**20} Mi pixels"
