"""Files that a graph names lie where they may, or are a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs import files
from graphs.faults import Code
from graphs.files import FileTrouble, Places, find_file
from tests.graphs.caches import COMMIT, cached


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
        ("hub:someone/something@1", Code.FILE_KIND),
        ("hub:../something", Code.HUB_MISSING),
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


def test_a_folder_is_found_only_where_one_is_asked_for(places: Places) -> None:
    folder = places.base / "inner"
    assert find_file({"file": "inner"}, (".png",), places, folder=True) == folder
    assert find_file({"file": "cat.png"}, (".png",), places, folder=True) == places.base / "cat.png"
    assert code({"file": "inner"}, places) == Code.FILE_KIND
    for name, expected in (
        ("cat.txt", Code.FILE_KIND),
        ("none.png", Code.FILE_MISSING),
        ("..", Code.FILE_FORBIDDEN),
    ):
        found = find_file({"file": name}, (".png",), places, folder=True)
        assert isinstance(found, FileTrouble)
        assert found.code == expected


def test_a_folder_with_a_link_out_of_what_may_be_read_is_refused(places: Places, tmp_path: Path) -> None:
    (places.base / "inner" / "bird.png").symlink_to(tmp_path / "allowed" / "bird.png")
    assert find_file({"file": "inner"}, (), places, folder=True) == places.base / "inner"
    (places.base / "inner" / "out.png").symlink_to(tmp_path / "secret.png")
    found = find_file({"file": "inner"}, (), places, folder=True)
    assert isinstance(found, FileTrouble)
    assert (found.code, "out.png" in found.message) == (Code.FILE_FORBIDDEN, True)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_model_of_the_hub_is_the_snapshot_in_the_cache(places: Places, cache: Path) -> None:
    folder = cached(cache, "a/b", {"unet/x.json": b"{}"})
    for literal in ("hub:a/b", "hub:a/b@main", f"hub:a/b@{COMMIT}"):
        assert find_file(literal, (".safetensors",), places, folder=True) == folder
    assert set(places.files_of(folder)) == {"unet/x.json"}
    found = find_file("hub:a/b", (), places)
    assert isinstance(found, FileTrouble)
    assert found.code == Code.FILE_KIND


def test_a_snapshot_with_a_link_out_of_its_model_is_refused(places: Places, cache: Path, tmp_path: Path) -> None:
    folder = cached(cache, "a/b", {"x.json": b"{}"})
    other = cached(cache, "c/d", {"x.json": b"{}"})
    (folder / "y.json").symlink_to(other / "x.json")
    found = find_file("hub:a/b", (), places, folder=True)
    assert isinstance(found, FileTrouble)
    assert found.code == Code.FILE_FORBIDDEN


def test_a_missing_model_of_the_hub_says_how_to_get_it(places: Places, cache: Path) -> None:
    found = find_file("hub:a/b@v2", (), places, folder=True)
    assert isinstance(found, FileTrouble)
    assert found.code == Code.HUB_MISSING
    assert "the model is not in the cache" in found.message
    assert "`hf download a/b --revision v2` or `noiseloom models fetch a/b@v2`" in found.mend
    cached(cache, "a/b", {"x.json": b"{}"})
    other = find_file("hub:a/b@v2", (), places, folder=True)
    assert isinstance(other, FileTrouble)
    assert "revision v2 is not in the cache" in other.message
    assert other.allowed == "what is there: main"


def test_what_is_not_beside_the_graph_is_looked_for_in_the_folders_of_models(places: Places, tmp_path: Path) -> None:
    for name in ("one/cat.png", "one/big/model.png", "two/big/model.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    library = Places(places.base, (), (tmp_path / "none", tmp_path / "one", tmp_path / "two"))
    assert find_file({"file": "cat.png"}, (), library) == places.base / "cat.png"
    assert find_file({"file": "big/model.png"}, (), library) == tmp_path / "one" / "big" / "model.png"
    assert find_file({"file": "big"}, (), library, folder=True) == tmp_path / "one" / "big"
    assert find_file({"file": str(tmp_path / "two/big")}, (), library, folder=True) == tmp_path / "two" / "big"
    assert code({"file": "big/../../secret.png"}, library) == Code.FILE_FORBIDDEN
    assert code({"file": "big/none.png"}, library) == Code.FILE_MISSING


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat.png", ""),
        ("big/model.png", "big/model.png"),
        ("../library/big/model.png", "big/model.png"),
        ("../library/big/../cat.png", "cat.png"),
    ],
)
def test_what_comes_from_the_library_has_a_name_in_it(places: Places, tmp_path: Path, name: str, expected: str) -> None:
    library = Places(places.base, (), (tmp_path / "library",))
    assert library.model_name({"file": name}) == expected
    assert library.model_name({"file": str(tmp_path / "graphs" / name)}) == expected.removeprefix(name)
