"""A folder counts by what is in it; a model of the hub reaches its node as the folder of the snapshot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.running.executors import Here
from tests.graphs.caches import COMMIT, cached
from tests.graphs.running.runs import Runs, value_of
from tests.graphs.running.test_keys import keys_of
from tests.graphs.toyshop import graph, toy


def key(literal: JsonValue, folder: Path) -> str:
    """The key of a node that reads this."""
    return keys_of(graph(n=toy("shelving.shelf", params={"model": literal})), folder)["n"]


def test_the_content_of_a_folder_counts_and_not_its_name_or_its_age(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder / "in").mkdir(parents=True)
        (tmp_path / folder / "in" / "x.txt").write_text("1")
    first = key({"file": "a"}, tmp_path)
    assert first == key({"file": "b"}, tmp_path) == key({"file": str(tmp_path / "b" / "." / "in" / "..")}, tmp_path)
    os.utime(tmp_path / "a" / "in" / "x.txt", ns=(1, 1))
    assert key({"file": "a"}, tmp_path) == first
    (tmp_path / "a" / "in" / "x.txt").write_text("2")
    second = key({"file": "a"}, tmp_path)
    (tmp_path / "a" / "in" / "x.txt").rename(tmp_path / "a" / "in" / "y.txt")
    third = key({"file": "a"}, tmp_path)
    (tmp_path / "a" / "in" / "z.txt").write_text("")
    assert len({first, second, third, key({"file": "a"}, tmp_path), key({"file": "a/in/y.txt"}, tmp_path)}) == 5


def test_a_revision_counts_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    cached(tmp_path / "cache", "a/b", {"x.txt": b"1"})
    cached(tmp_path / "cache", "a/b", {"x.txt": b"2"}, "f" * 40, "other")
    first = key("hub:a/b", tmp_path)
    assert first == key(f"hub:a/b@{COMMIT}", tmp_path)
    assert first != key("hub:a/b@other", tmp_path)


def test_models_of_the_hub_reach_the_node_as_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    cached(tmp_path / "cache", "a/b", {"unet/x.txt": b"123", "y.txt": b"45"})
    here = Runs(lambda catalogue: [Here(catalogue)])  # a process that runs already has another cache
    found = here.results(graph(hub=toy("shelving.shelf", params={"model": "hub:a/b"})), folder=tmp_path)
    assert value_of(found["hub"]) == 5.0


def test_folders_and_files_reach_the_node_as_paths(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.txt").write_text("1234")
    literals: dict[str, JsonValue] = {"folder": {"file": "mine"}, "file": {"file": "mine/x.txt"}}
    nodes = {name: toy("shelving.shelf", params={"model": literal}) for name, literal in literals.items()}
    found = runs.results(graph(**nodes), folder=tmp_path)
    assert {name: value_of(value) for name, value in found.items()} == {"folder": 4.0, "file": 4.0}
