"""A value as it is shown: pictures, numbers and words, and the view that names them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from pydantic import JsonValue

from app.editor.engine.messages import Told


@dataclass(frozen=True, slots=True)
class Picture:
    """The file of a picture, its size in pixels, what it is called, and the noise level that it is of."""

    content: bytes
    width: int
    height: int
    label: str = ""
    s: float | None = None
    suffix: str = ".png"


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a value is shown: as what, in a line, and with which pictures, numbers and words."""

    kind: str
    summary: str
    pictures: tuple[Picture, ...] = ()
    data: JsonValue = None
    text: str | None = None
    value: JsonValue = None


def media_name(content: bytes, suffix: str) -> str:
    """The name of some media: the digest of its content, so that it never changes under a name."""
    return hashlib.blake2b(content, digest_size=16).hexdigest() + suffix


def view_of(drawn: Drawn) -> tuple[Told, dict[str, bytes]]:
    """The view of a value as JSON, and the media that it names."""
    media: dict[str, bytes] = {}
    items = [_item(picture, media) for picture in drawn.pictures]
    view: Told = {"kind": drawn.kind, "summary": drawn.summary, "items": [*items]}
    if drawn.data is not None:
        content = json.dumps(drawn.data, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        view["data"] = _url(content, ".json", media)
    if drawn.text is not None:
        view["text"] = drawn.text
    if drawn.value is not None:
        view["value"] = drawn.value
    return view, media


def _item(picture: Picture, media: dict[str, bytes]) -> Told:
    url = _url(picture.content, picture.suffix, media)
    item: Told = {"url": url, "width": picture.width, "height": picture.height}
    if picture.label:
        item["label"] = picture.label
    if picture.s is not None:
        item["s"] = picture.s if picture.s != float("inf") else "inf"
    return item


def _url(content: bytes, suffix: str, media: dict[str, bytes]) -> str:
    name = media_name(content, suffix)
    media[name] = content
    return f"/media/{name}"
