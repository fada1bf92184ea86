"""Names of results."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.saving import save_files, without_absolute_paths
from graphs.document.model import Document
from graphs.document.reading import loads
from graphs.errors import InputError
from graphs.media import File
from graphs.results import write_new


def test_a_taken_name_is_numbered(tmp_path: Path) -> None:
    names = [write_new(tmp_path, "a", ".txt", b"x").name for _ in range(3)]
    assert names == ["a.txt", "a-2.txt", "a-3.txt"]


def test_writers_at_once_never_share_a_name(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda number: write_new(tmp_path, "a", ".txt", str(number).encode()), range(64)))
    assert len(set(paths)) == 64
    assert sorted(int(path.read_text()) for path in paths) == list(range(64))


def test_the_files_of_a_run_bear_its_number_and_the_nodes_name(tmp_path: Path) -> None:
    files = [File(".txt", b"a"), File(".txt", b"b")]
    paths = save_files(tmp_path / "run-3.json", "sub/word", files, Document())
    assert [path.name for path in paths] == ["sub.word-00-3.txt", "sub.word-01-3.txt"]


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_new(tmp_path / "missing", "a", ".txt", b"")


def test_a_graph_that_is_shared_says_no_path_of_this_machine_and_calls_models_as_the_library_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "library"))
    named = [str(tmp_path / "secret" / "a.png"), str(tmp_path / "library" / "loras" / "x.safetensors"), "b/c.png"]
    nodes = {f"n{index}": {"type": "a.b", "params": {"file": {"file": name}}} for index, name in enumerate(named)}
    document = without_absolute_paths(loads(json.dumps({"noiseloom": 1, "nodes": nodes})))
    found = [node.params["file"] for _, node in sorted(document.nodes.items())]
    assert found == [{"file": "a.png"}, {"file": "loras/x.safetensors"}, {"file": "b/c.png"}]
