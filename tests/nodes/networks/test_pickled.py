from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.weights import open_weights

TENSORS = {"a": torch.arange(3.0), "b": torch.ones(2, 2)}


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".bin", ".pth", ".safetensors"])
def test_a_pickle_is_refused_with_the_way_to_allow_it_whatever_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    torch.save(TENSORS, path)
    with pytest.raises(InputError, match="a pickle can run any code") as caught:
        open_weights(path)
    assert caught.value.where == str(path)
    assert "allow_pickle" in caught.value.mend


@pytest.mark.parametrize("inner", ["", "state_dict", "model"])
def test_where_it_is_allowed_its_tensors_are_read(tmp_path: Path, inner: str) -> None:
    path = tmp_path / "weights.ckpt"
    torch.save({inner: TENSORS, "global_step": 3} if inner else TENSORS, path)
    found: dict[str, Tensor] = open_weights(path, allow_pickle=True).tensors
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())


def test_allowing_pickles_does_not_keep_safetensors_of_any_name_from_being_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    save_file(TENSORS, path)
    assert open_weights(path, allow_pickle=True).tensors.keys() == TENSORS.keys()


@pytest.mark.parametrize("old", [False, True])
def test_code_in_a_pickle_is_never_run(tmp_path: Path, old: bool) -> None:
    path, made = tmp_path / "weights.ckpt", tmp_path / "made"
    if old:
        path.write_bytes(pickle.dumps(Evil(made)))
    else:
        torch.save({"a": Evil(made)}, path)
    for allowed in (False, True):
        with pytest.raises(InputError):
            open_weights(path, allow_pickle=allowed)
    assert not made.exists()


def test_the_format_before_archives_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    torch.save(TENSORS, path, _use_new_zipfile_serialization=False)
    with pytest.raises(InputError, match="cannot be read as plain weights") as caught:
        open_weights(path, allow_pickle=True)
    assert "safetensors" in caught.value.mend


@pytest.mark.parametrize("content", [3, [], {"epoch": 3}, {"state_dict": {}}])
def test_a_file_without_tensors_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "weights.pt"
    torch.save(content, path)
    with pytest.raises(InputError, match="holds no weights"):
        open_weights(path, allow_pickle=True)


def test_a_safetensors_file_whose_header_is_as_long_as_a_pickle_begins_is_none(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    for length in range(256):
        save_file({"a": torch.ones(2)}, path, metadata={"note": "x" * length})
        if path.read_bytes().startswith(b"\x80"):
            break
    assert path.read_bytes().startswith(b"\x80")
    assert open_weights(path).tensors["a"].tolist() == [1, 1]
