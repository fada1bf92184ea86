"""Media under the digests of their contents, and pictures of the examples."""

from __future__ import annotations

import hashlib

import pytest

from app.editor.engine.drawing import media_name
from app.editor.engine.messages import Told
from graphs.opening import example_names
from tests.app.editor.sites import Site

CONTENT = b"pixels"
NAME = media_name(CONTENT, ".png")


def test_a_name_follows_from_the_content() -> None:
    assert media_name(CONTENT, ".png") == NAME != media_name(b"other", ".png")
    assert NAME.removesuffix(".png") in hashlib.blake2b(CONTENT, digest_size=16).hexdigest()


@pytest.mark.parametrize("kept", [True, False])
def test_media_may_be_kept_for_good(site: Site, kept: bool) -> None:
    address = f"/media/{NAME}"
    assert site.get(address).status_code == 404
    if kept:
        site.studio.runs.gallery.shelf.put(NAME, CONTENT)
    else:
        view: Told = {"kind": "pictures", "summary": "", "items": [{"url": address, "width": 1, "height": 1}]}
        site.tell({"kind": "node", "document": "d", "job": "j", "node": "a", "preview": view}, {NAME: CONTENT})
    answer = site.get(address)
    assert (answer.content, answer.headers["content-type"]) == (CONTENT, "image/png")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["index.sqlite", "..%2Findex.sqlite", "%2e%2e", "x.png", f"{NAME}.bak", "a" * 32])
def test_what_is_no_media_is_not_there_and_is_not_kept(site: Site, name: str) -> None:
    answer = site.get(f"/media/{name}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_every_example_has_its_picture_and_nothing_else_is_there(site: Site) -> None:
    for name in example_names():
        answer = site.get(f"/thumbnails/{name}.webp")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    for name in ("nobody.webp", "digits.png", "..%2F..%2Flogo.svg"):
        assert site.get(f"/thumbnails/{name}").status_code == 404
