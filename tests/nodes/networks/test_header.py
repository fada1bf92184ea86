from __future__ import annotations

import io
import json
import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nodes.networks.checkpoint import open_checkpoint
from tests.nodes.networks.examples import (
    SMALL,
    with_raw_header,
)
from tests.nodes.networks.refusals import (
    BODY,
    CONTENT,
    EXIT,
    HEADER,
    offsets,
    refusal,
    with_entry,
)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "absent.safetensors").message


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).given == "a folder"


def test_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "pipe" in refusal(tmp_path / "pipe").given


def test_an_impossible_path() -> None:
    assert "cannot be read" in refusal(Path("a\0b")).message


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "network.safetensors"
    path.write_bytes(CONTENT)
    monkeypatch.setattr(Path, "open", forbid)
    assert "Permission denied" in refusal(path).message


class Bomb:
    """Would make a file if it were ever unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[type[Path], tuple[str]]:
        return Path, (str(self.target),)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_raw_pickle(refuse: Callable[[bytes], str], tmp_path: Path, protocol: int) -> None:
    text = refuse(pickle.dumps(Bomb(tmp_path / "boom"), protocol=protocol))
    assert "a pickle can run any code" in text
    assert "a Python pickle" in text


def test_a_checkpoint_of_pytorch(refuse: Callable[[bytes], str]) -> None:
    stream = io.BytesIO()
    torch.save({"weight": [1, 2]}, stream)
    text = refuse(stream.getvalue())
    assert "a pickle can run any code" in text
    assert "zip archive" in text


def test_a_legacy_tar(refuse: Callable[[bytes], str]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"))
    assert "tar archive" in refuse(stream.getvalue())


def test_a_header_whose_length_begins_like_a_pickle(tmp_path: Path) -> None:
    raw = json.dumps(HEADER).encode()
    wanted = len(raw) + (0x80 - len(raw)) % 0x100
    path = tmp_path / "network.safetensors"
    path.write_bytes(with_raw_header(raw.ljust(wanted), BODY))
    assert open_checkpoint(path).configuration == SMALL


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"{}", "cut short"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a PNG picture"),
        (b"GGUF" + bytes(64), "a GGUF file"),
        (b"version https://git-lfs", "Git LFS pointer"),
        (b"plain text, nothing else", "a header of"),
        ((2**24 + 1).to_bytes(8, "little") + b"{}", "at most 16777216"),
        ((2**64 - 1).to_bytes(8, "little") + b"{}", "at most 16777216"),
        (bytes(8), "no valid JSON"),
        (with_raw_header(b"[]", b""), "no JSON object"),
        (with_raw_header(b" {}", b""), "no JSON object"),
        (with_raw_header(b"{", b""), "no valid JSON"),
        (with_raw_header(b'{"a": NaN}', b""), "NaN is no number"),
        (with_raw_header(b'{"\xff": 1}', b""), "no valid JSON"),
        (with_raw_header(b'{"a":' * 200_000, b""), "nested too deeply"),
        (with_raw_header(b'{"a": ' + b"9" * 5000 + b"}", b""), "no valid JSON"),
        (with_raw_header(b'{"a": 1, "a": 1}', b""), "the key 'a' stands twice"),
        (with_raw_header(b'{"a": 1}', b""), "'a' is malformed"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": 1}}', b""), "no table of texts"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": "\\ud800"}}', b""), "no valid JSON"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": "{\\"title\\": \\"\\ud800\\"}"}}', b""), "cannot be used"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": "{\\"title\\": \\"\\\\ud800\\"}"}}', b""), "cannot be used"),
        (with_raw_header(b'{"__metadata__": {"\\ud800": ""}}', b""), "not one of Noiseloom's networks"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": "[1"}}', b""), "no valid JSON"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": "{}"}}', b""), "'channels': Field required"),
        (with_raw_header(b'{"__metadata__": {"noiseloom": "{\\"size\\": 1, \\"size\\": 1}"}}', b""), "stands twice"),
    ],
)
def test_a_file_that_is_no_network(refuse: Callable[[bytes], str], content: bytes, words: str) -> None:
    assert words in refuse(content).replace("\\", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": [-1]}, "shape.0"),
        ({"shape": [True]}, "shape.0"),
        ({"shape": [1] * 9}, "at most 8 items"),
        ({"shape": 4}, "valid tuple"),
        ({"data_offsets": [0]}, "data_offsets.1"),
        ({"data_offsets": [0, 2**63]}, "data_offsets.1"),
        ({"dtype": 1}, "dtype"),
        ({"code": "import os"}, "not permitted"),
    ],
)
def test_a_malformed_entry(refuse: Callable[[bytes], str], changes: dict[str, object], words: str) -> None:
    text = refuse(with_entry(EXIT, **changes))
    assert f"'{EXIT}' is malformed" in text
    assert words in text


@pytest.mark.parametrize(
    "end",
    [1, 7, 8, 9, 100, len(CONTENT) - len(BODY) - 1, len(CONTENT) - len(BODY), len(CONTENT) // 2, len(CONTENT) - 1],
)
def test_a_file_cut_anywhere(refuse: Callable[[bytes], str], end: int) -> None:
    assert "the file is cut short" in refuse(CONTENT[:end])


def test_bytes_after_the_end(refuse: Callable[[bytes], str]) -> None:
    assert "bytes follow the last tensor" in refuse(CONTENT + b"\0")


def test_tensors_that_overlap(refuse: Callable[[bytes], str]) -> None:
    first, last = offsets(EXIT)
    assert "overlaps the tensor before it" in refuse(with_entry(EXIT, data_offsets=[first - 4, last - 4]))


@pytest.mark.parametrize("distance", [4, 2**40])
def test_tensors_with_a_gap_between(refuse: Callable[[bytes], str], distance: int) -> None:
    name = max(set(HEADER) - {"__metadata__"}, key=offsets)
    first, last = offsets(name)
    assert "leaves a gap before it" in refuse(with_entry(name, data_offsets=[first + distance, last + distance]))


def test_the_wrong_number_of_bytes(refuse: Callable[[bytes], str]) -> None:
    first, last = offsets(EXIT)
    assert "has the wrong size" in refuse(with_entry(EXIT, data_offsets=[first, last - 1]))
    assert "has the wrong size" in refuse(with_entry(EXIT, data_offsets=[last, first]))
