"""Names of results."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from app.saving import save_output
from graphs.document.model import Document
from graphs.errors import InputError
from graphs.results import write_new
from nodes.contracts.levels import Levels
from nodes.contracts.media import Number, Text


def test_a_taken_name_is_numbered(tmp_path: Path) -> None:
    names = [write_new(tmp_path, "a", ".txt", b"x").name for _ in range(3)]
    assert names == ["a.txt", "a-2.txt", "a-3.txt"]


def test_writers_at_once_never_share_a_name(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda number: write_new(tmp_path, "a", ".txt", str(number).encode()), range(64)))
    assert len(set(paths)) == 64
    assert sorted(int(path.read_text()) for path in paths) == list(range(64))


def test_text_and_numbers_are_text_files(tmp_path: Path) -> None:
    assert save_output(tmp_path / "run.json", "words", Text("hello"), Document())[0].read_text() == "hello"
    assert save_output(tmp_path / "run.json", "sub/number", Number(0.5), Document())[0].name == "sub.number.txt"


def test_other_data_is_kept_as_safetensors(tmp_path: Path) -> None:
    (path,) = save_output(tmp_path / "run.json", "levels", Levels(torch.tensor([2.0, 0.0])), Document())
    with safe_open(path, "pt") as file:
        assert file.get_tensor("0").tolist() == [2.0, 0.0]
        assert '"Levels"' in file.metadata()["noiseloom"]


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_new(tmp_path / "missing", "a", ".txt", b"")
