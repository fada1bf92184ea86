"""The gallery: what is added is found again, what is unchanged is not added, and there is a limit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.editor.engine.drawing import media_name
from app.editor.engine.messages import Told
from app.editor.runs.gallery import Gallery
from graphs.errors import InputError

GRAPH = '{"noiseloom": 1, "name": "Digits", "nodes": {"prompt": {"type": "cond.prompt", "params": {"text": "%s"}}}}'


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    made = Gallery(tmp_path / "gallery", limit=1000)
    yield made
    made.close()


def result(
    gallery: Gallery, content: str, *, node: str = "sheet", document: str = "d", size: int = 100, text: str = "seven"
) -> Told:
    """A result whose picture is on the shelf."""
    picture = content.encode().ljust(size)
    name = media_name(picture, ".png")
    gallery.shelf.put(name, picture)
    view: Told = {"kind": "pictures", "summary": "", "items": [{"url": f"/media/{name}", "width": 1, "height": 1}]}
    digest = hashlib.sha256(content.encode()).hexdigest()
    head: Told = {"kind": "result", "document": document, "job": "j", "node": node, "port": "out", "cell": ""}
    said: Told = {"name": "Digits", "type": "Image", "view": view, "digest": digest, "graph": GRAPH % text}
    return {**head, **said, "seconds": 1.5, "nfe": 12}


def ids(page: Told) -> list[str]:
    items = page["items"]
    assert isinstance(items, list)
    return [str(item["id"]) for item in items if isinstance(item, dict)]


def test_an_item_is_found_with_its_media_and_its_graph_also_by_the_next_editor(tmp_path: Path) -> None:
    first = Gallery(tmp_path)
    item = first.add(result(first, "a"))
    first.close()
    again = Gallery(tmp_path)
    assert again.page()["items"] == [item]
    assert again.graph_of(str(item["id"])) == json.loads(GRAPH % "seven")
    assert (item["seconds"], item["nfe"], item["favourite"], item["type"]) == (1.5, 12, False, "Image")
    name = media_name(b"a".ljust(100), ".png")
    path = again.media_path(name)
    assert path is not None
    assert path.read_bytes() == b"a".ljust(100)
    again.close()


def test_an_unchanged_result_is_no_second_item_and_a_changed_one_is(gallery: Gallery) -> None:
    first = gallery.add(result(gallery, "a"))
    assert gallery.add(result(gallery, "a", text="other words")) == first
    gallery.add(result(gallery, "b"))
    gallery.add(result(gallery, "a"))
    assert len(ids(gallery.page())) == 3
    gallery.add(result(gallery, "a", node="pictures"))
    assert len(ids(gallery.page())) == 4


def test_pages_are_the_newest_first_and_go_on_where_the_last_one_ended(gallery: Gallery) -> None:
    added = [str(gallery.add(result(gallery, str(number), size=1))["id"]) for number in range(7)]
    found: list[str] = []
    more = True
    while more:
        page = gallery.page(limit=3, before=found[-1] if found else "")
        found += ids(page)
        more = bool(page["more"])
    assert found == added[::-1]


def test_items_are_found_by_document_kind_favour_and_words_in_their_graph(gallery: Gallery) -> None:
    one = str(gallery.add(result(gallery, "a", document="one", text="100%"))["id"])
    two = str(gallery.add(result(gallery, "b", document="two", text="a_b"))["id"])
    assert ids(gallery.page(document="one")) == [one]
    assert ids(gallery.page(kind="pictures")) == [two, one]
    assert ids(gallery.page(kind="plot")) == []
    assert ids(gallery.page(search="100%")) == [one]
    assert ids(gallery.page(search="a_b")) == [two]
    assert ids(gallery.page(search="axb")) == []
    gallery.favour(two, favourite=True)
    assert ids(gallery.page(favourites=True)) == [two]


def test_beyond_the_limit_the_oldest_go_and_favourites_never(gallery: Gallery) -> None:
    items = [gallery.add(result(gallery, str(number))) for number in range(3)]
    gallery.favour(str(items[1]["id"]), favourite=True)
    for number in range(3, 20):
        gallery.add(result(gallery, str(number)))
    left = ids(gallery.page(limit=100))
    assert len(left) == 10
    assert str(items[1]["id"]) in left
    assert str(items[0]["id"]) not in left
    assert len(list(gallery.shelf.folder.glob("*.png"))) == 10


def test_what_two_items_share_stays_until_both_are_deleted(gallery: Gallery) -> None:
    one = str(gallery.add(result(gallery, "a"))["id"])
    two = str(gallery.add(result(gallery, "a", node="pictures"))["id"])
    name = media_name(b"a".ljust(100), ".png")
    gallery.delete(one)
    assert gallery.media_path(name) is not None
    assert gallery.graph_of(two) == json.loads(GRAPH % "seven")
    gallery.delete(two)
    assert gallery.media_path(name) is None
    with pytest.raises(InputError, match="no such result"):
        gallery.item(two)


@pytest.mark.parametrize(
    "name", ["../index.sqlite", "index.sqlite", "0" * 32 + ".sqlite", "a.png", "..", "", "0" * 32 + ".png"]
)
def test_no_other_file_is_reached_by_name(gallery: Gallery, name: str) -> None:
    assert gallery.media_path(name) is None


@pytest.mark.parametrize("item", ["", "x", "-1", "9" * 30, "²"])
def test_an_item_that_is_none_is_refused(gallery: Gallery, item: str) -> None:
    with pytest.raises(InputError, match="no such result"):
        gallery.delete(item)


def test_a_damaged_index_is_set_aside_and_the_gallery_begun_anew(tmp_path: Path) -> None:
    first = Gallery(tmp_path)
    first.add(result(first, "a"))
    first.close()
    (tmp_path / "index.sqlite").write_bytes(b"no index at all" * 100)
    again = Gallery(tmp_path)
    assert again.page() == {"items": [], "more": False}
    assert again.add(result(again, "b"))["nfe"] == 12
    again.close()


def test_a_run_that_the_end_of_the_editor_cut_short_is_told_once(gallery: Gallery) -> None:
    gallery.begin_job("one", "d")
    gallery.begin_job("two", "d")
    gallery.end_job("one")
    assert gallery.take_interrupted() == [("two", "d")]
    assert gallery.take_interrupted() == []
