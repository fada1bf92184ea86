"""Models are too large for a pack: it names them, so that whoever opens it finds their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.checking.check import check_opened
from graphs.document.reading import loads
from graphs.errors import InputError
from graphs.faults import Code, GraphError
from graphs.files import Places
from graphs.manifest import SAMPLE, model_digest
from graphs.opening import Opened, open_graph
from graphs.packing import make_pack, write_pack
from tests.graphs.caches import cached
from tests.graphs.packs import contents
from tests.graphs.toyshop import graph, toy, toys


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models, a model in the cache of the hub, and a folder beside the graph."""
    for name in ("library/big/model.txt", "mine/own/model.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name)
    cached(tmp_path / "cache", "a/b", {"x.txt": b"1"})
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "library"))
    return tmp_path / "library"


def opened(library: Path, *literals: JsonValue) -> Opened:
    """A graph that names these models."""
    nodes = {f"n{index}": toy("shelving.shelf", params={"model": name}) for index, name in enumerate(literals)}
    return Opened(graph(**nodes), Places(library.parent / "mine", (), (library, library.parent / "cache")))


def test_a_model_of_the_library_is_named_as_it_is_called_there(library: Path, tmp_path: Path) -> None:
    made = opened(library, {"file": "big"}, {"file": str(library / "big" / "model.txt")}, "hub:a/b")
    pack = make_pack(made, toys())
    write_pack(pack, tmp_path / "pack.zip")
    found = contents(tmp_path / "pack.zip")
    assert list(found) == ["graph.json", "pack.json"]
    named = [node.params["model"] for _, node in sorted(loads(found["graph.json"]).nodes.items())]
    assert named == [{"file": "big"}, {"file": "big/model.txt"}, "hub:a/b"]
    assert pack.left_out == ("big", "big/model.txt", "hub:a/b")
    assert str(tmp_path) not in found["pack.json"].decode()


def test_a_pack_that_names_models_opens_where_they_are_and_says_where_they_differ(
    library: Path, tmp_path: Path
) -> None:
    write_pack(make_pack(opened(library, {"file": "big"}, "hub:a/b"), toys()), tmp_path / "pack.zip")
    there = open_graph(str(tmp_path / "pack.zip"), toys())
    assert (there.notes, check_opened(there, toys())) == ((), ())
    (library / "big" / "model.txt").write_text("another")
    (tmp_path / "cache" / "models--a--b" / "refs" / "main").unlink()
    there = open_graph(str(tmp_path / "pack.zip"), toys())
    assert there.notes == ("the model file big is another one than the pack was made with",)
    assert [fault.code for fault in check_opened(there, toys())] == [Code.HUB_MISSING]


def test_a_folder_that_is_no_model_of_the_library_is_not_packed(library: Path) -> None:
    with pytest.raises(InputError, match="a pack holds files, and this is a folder"):
        make_pack(opened(library, {"file": "own"}), toys())


def test_a_model_that_is_not_there_is_a_fault_of_the_pack(library: Path) -> None:
    with pytest.raises(GraphError) as caught:
        make_pack(opened(library, "hub:a/c"), toys())
    assert [fault.code for fault in caught.value.faults] == [Code.HUB_MISSING]


def test_a_large_file_is_known_by_its_size_its_ends_and_its_middle(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    content = bytearray(8 * SAMPLE)
    found = set()
    for place in (None, 0, 4 * SAMPLE, 8 * SAMPLE - 1):
        changed = bytearray(content)
        if place is not None:
            changed[place] = 1
        path.write_bytes(changed)
        found.add(model_digest(path))
    path.write_bytes(content + b"\0")
    found.add(model_digest(path))
    assert len(found) == 5


def test_the_manifest_says_how_large_a_model_is(library: Path, tmp_path: Path) -> None:
    write_pack(make_pack(opened(library, {"file": "big"}), toys()), tmp_path / "pack.zip")
    files = json.loads(contents(tmp_path / "pack.zip")["pack.json"])["files"]
    assert [(entry["literal"], entry["size"]) for entry in files] == [("model:big", len("library/big/model.txt"))]
