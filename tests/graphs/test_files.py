"""Files that a graph names lie where they may, or are a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs import files
from graphs.faults import Code
from graphs.files import FileTrouble, Places, find_file


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A graph's folder with a file, another folder that may be read, assets, and a secret beside them."""
    for name in ("graphs/cat.png", "graphs/inner/dog.PNG", "allowed/bird.png", "assets/fish.png", "secret.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "graphs" / "folder.png").mkdir()
    monkeypatch.setattr(files, "assets_folder", lambda: tmp_path / "assets")
    return Places(tmp_path / "graphs", (tmp_path / "allowed",))


def code(literal: JsonValue, places: Places) -> Code:
    """The code of the trouble with a literal."""
    found = find_file(literal, (".png",), places)
    assert isinstance(found, FileTrouble), found
    return found.code


@pytest.mark.parametrize(
    ("literal", "name"),
    [
        ({"file": "cat.png"}, "graphs/cat.png"),
        ({"file": "./inner/../cat.png"}, "graphs/cat.png"),
        ({"file": "inner/dog.PNG"}, "graphs/inner/dog.PNG"),
        ({"file": "../allowed/bird.png"}, "allowed/bird.png"),
        ("asset:fish.png", "assets/fish.png"),
    ],
)
def test_a_file_where_it_may_lie_is_found(literal: JsonValue, name: str, places: Places, tmp_path: Path) -> None:
    assert find_file(literal, (".png",), places) == tmp_path / name


def test_an_absolute_path_is_judged_by_where_it_leads(places: Places, tmp_path: Path) -> None:
    inside = str(tmp_path / "graphs" / "cat.png")
    assert find_file({"file": inside}, (), places) == Path(inside)
    assert code({"file": str(tmp_path / "secret.png")}, places) == Code.FILE_FORBIDDEN


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ({"file": "../secret.png"}, Code.FILE_FORBIDDEN),
        ({"file": "inner/../../secret.png"}, Code.FILE_FORBIDDEN),
        ({"file": "../graphs-of-another/cat.png"}, Code.FILE_FORBIDDEN),
        ({"file": "../nothing.png"}, Code.FILE_FORBIDDEN),
        ({"file": "/"}, Code.FILE_FORBIDDEN),
        ({"file": "a\0b.png"}, Code.FILE_FORBIDDEN),
        ({"file": "x" * 5000 + ".png"}, Code.FILE_MISSING),
        ("asset:../secret.png", Code.FILE_FORBIDDEN),
        ("asset:/etc/hosts.png", Code.FILE_FORBIDDEN),
        ("asset:none.png", Code.FILE_MISSING),
        ({"file": "none.png"}, Code.FILE_MISSING),
        ({"file": "none/none.png"}, Code.FILE_MISSING),
        ({"file": "cat.png/cat.png"}, Code.FILE_MISSING),
        ({"file": "folder.png"}, Code.FILE_MISSING),
        ({"file": "cat.jpg"}, Code.FILE_KIND),
        ({"file": ""}, Code.FILE_KIND),
        ("hub:someone/something@1", Code.HUB_REFUSED),
    ],
)
def test_what_may_not_be_read_is_a_fault(literal: JsonValue, expected: Code, places: Places) -> None:
    assert code(literal, places) == expected


def test_a_link_is_judged_by_where_it_leads(places: Places, tmp_path: Path) -> None:
    (places.base / "in.png").symlink_to(places.base / "cat.png")
    (places.base / "out.png").symlink_to(tmp_path / "secret.png")
    (places.base / "up").symlink_to(tmp_path)
    (tmp_path / "assets" / "out.png").symlink_to(tmp_path / "secret.png")
    assert find_file({"file": "in.png"}, (".png",), places) == places.base / "cat.png"
    assert code({"file": "out.png"}, places) == Code.FILE_FORBIDDEN
    assert code({"file": "up/secret.png"}, places) == Code.FILE_FORBIDDEN
    assert code("asset:out.png", places) == Code.FILE_FORBIDDEN


def test_a_loop_of_links_is_a_fault(places: Places) -> None:
    (places.base / "a.png").symlink_to(places.base / "b.png")
    (places.base / "b.png").symlink_to(places.base / "a.png")
    assert code({"file": "a.png"}, places) in (Code.FILE_FORBIDDEN, Code.FILE_MISSING)


def test_a_missing_file_is_answered_with_the_nearest(places: Places) -> None:
    found = find_file({"file": "cta.png"}, (), places)
    assert isinstance(found, FileTrouble)
    assert found.mend == "did you mean 'cat.png'?"


def test_the_kind_of_a_file_is_told_in_words(places: Places) -> None:
    found = find_file({"file": "cat.png"}, (".txt", ".csv"), places)
    assert isinstance(found, FileTrouble)
    assert found.allowed == ".txt or .csv"
