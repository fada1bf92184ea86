"""A picture that carries the graph that made it: an iTXt chunk with the key `noiseloom`."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

from graphs.document.model import Document
from graphs.document.reading import LARGEST_TEXT, loads
from graphs.document.writing import dumps
from graphs.errors import InputError

KEY = "noiseloom"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33
"""The signature and the IHDR chunk, which is always the first and always as long."""


def with_graph(png: bytes, document: Document) -> bytes:
    """The picture with the graph inside; its pixels are not touched."""
    body = KEY.encode() + b"\0\0\0\0\0" + dumps(document).encode()
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    return png[:_HEADER_END] + chunk + png[_HEADER_END:]


def is_png(path: Path) -> bool:
    """Whether a file begins as a PNG does."""
    with path.open("rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE


def graph_of(path: Path) -> Document:
    """The graph that a picture carries; the pixels are never decoded."""
    from PIL import Image  # only needed for pictures

    mend = "use a picture that Noiseloom saved and no other program saved again"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG",)) as picture:
                text = dict(picture.info).get(KEY)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError("the picture is too large to be read", where=str(path), given=str(error), mend=mend) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise InputError("the picture cannot be read", where=str(path), given=str(error), mend=mend) from error
    if not isinstance(text, str):
        raise InputError("the picture carries no graph", where=str(path), mend=mend)
    if len(text) > LARGEST_TEXT:
        raise InputError("the graph in the picture is too large", where=str(path), allowed=f"{LARGEST_TEXT} bytes")
    return loads(text)
