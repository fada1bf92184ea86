"""Media in memory: bounded, and a stream of previews drives nothing else out."""

from __future__ import annotations

from pathlib import Path

from app.editor.engine.drawing import Drawn, Picture, view_of
from app.editor.engine.messages import News, Told
from app.editor.runs.media import Media, content_type
from app.editor.runs.shelf import Shelf


def shown(content: bytes, key: str) -> News:
    view, media = view_of(Drawn("pictures", "", (Picture(content, 1, 1),)))
    told: Told = {"kind": "node", "document": "d", "job": "j", "node": "n"}
    return News({**told, key: view if key == "preview" else {"out": view}}, media)


def test_previews_without_end_stay_within_their_bytes_and_leave_views_alone(tmp_path: Path) -> None:
    media = Media(Shelf(tmp_path), preview_bytes=1000, view_bytes=1000)
    kept = shown(b"a view", "views")
    media.keep(kept)
    for number in range(100):
        last = shown(str(number).encode().ljust(100), "preview")
        media.keep(last)
        assert media.previews.size <= 1000
    assert media.find(*kept.media) == b"a view"
    assert media.find(*last.media) == b"99".ljust(100)
    assert media.find(*shown(b"0".ljust(100), "preview").media) is None


def test_what_is_on_the_shelf_is_found_as_a_file(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    name = "0" * 32 + ".json"
    shelf.put(name, b"{}")
    assert Media(shelf).find(name) == tmp_path / name
    assert content_type(name) == "application/json"


def test_what_belongs_to_nothing_is_swept_once_it_is_old(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    names = [f"{number}" * 32 + ".png" for number in range(3)]
    for name in names:
        shelf.put(name, b"x")
    (tmp_path / ".new-half").write_bytes(b"half")
    (tmp_path / "index.sqlite").write_bytes(b"no media")
    shelf.sweep({names[0]}, age=3600.0)
    assert len(list(tmp_path.iterdir())) == 5
    shelf.sweep({names[0]}, age=-1.0)
    assert {path.name for path in tmp_path.iterdir()} == {names[0], "index.sqlite"}
