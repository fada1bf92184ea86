from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from graphs.errors import InputError
from nodes.networks.shards import shard_names
from nodes.networks.weights import open_weights

TENSORS = {"a": torch.arange(3.0), "b": torch.ones(2, 2), "c": torch.zeros(1)}
FILES = {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}


def sharded(folder: Path, files: dict[str, str] = FILES) -> Path:
    """Two files and their list."""
    for name in sorted(set(FILES.values())):
        save_file({key: TENSORS[key] for key, file in FILES.items() if file == name}, folder / name)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 32}, "weight_map": files}))
    return index


def test_tensors_come_from_all_files(tmp_path: Path) -> None:
    index = sharded(tmp_path)
    found = open_weights(index).tensors
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())
    assert shard_names(index) == ["model-1.safetensors", "model-2.safetensors"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.safetensors",
        "/etc/secret.safetensors",
        "inner/secret.safetensors",
        "..",
        "C:secret.safetensors",
        "..\\secret.safetensors",
        "secret\0.safetensors",
        "secret.bin",
        "",
    ],
)
def test_a_list_cannot_name_a_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    save_file(TENSORS, tmp_path / "secret.safetensors")
    index = sharded(folder, FILES | {"b": name})
    for read in (open_weights, shard_names):
        with pytest.raises(InputError, match="names a file that it may not name") as caught:
            read(index)
        assert caught.value.where == str(index)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    index = sharded(folder)
    save_file({"b": TENSORS["b"]}, tmp_path / "secret.safetensors")
    (folder / "model-2.safetensors").unlink()
    (folder / "model-2.safetensors").symlink_to(tmp_path / "secret.safetensors")
    with pytest.raises(InputError, match="may not name"):
        open_weights(index)


def test_a_folder_of_links_as_a_hub_keeps_it_is_read(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshot"
    blobs.mkdir()
    snapshot.mkdir()
    sharded(blobs)
    for number, file in enumerate(sorted(blobs.iterdir())):
        (snapshot / file.name).symlink_to(file.rename(blobs / f"{number:064x}"))
    found = open_weights(snapshot / "model.safetensors.index.json").tensors
    assert all(torch.equal(found[name], tensor) for name, tensor in TENSORS.items())


def test_a_tensor_that_is_not_where_the_list_says_is_missed(tmp_path: Path) -> None:
    index = sharded(tmp_path, FILES | {"b": "model-1.safetensors"})
    with pytest.raises(InputError, match="not in the file that the list names") as caught:
        open_weights(index)
    assert caught.value.given == "1 tensors, as 'b' in 'model-1.safetensors'"


def test_a_file_that_is_not_there_is_missed(tmp_path: Path) -> None:
    index = sharded(tmp_path)
    (tmp_path / "model-2.safetensors").unlink()
    with pytest.raises(InputError, match="no such file"):
        open_weights(index)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {"a": 3}}', "\x80"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    index = tmp_path / "model.safetensors.index.json"
    index.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="no list of weights"):
        open_weights(index)
