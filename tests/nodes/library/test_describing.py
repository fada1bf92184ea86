"""What a folder is, how much memory its weights take, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from nodes.library.describing import describe_file, describe_folder
from tests.nodes.library.making import pipeline, settings, weights


def test_a_whole_pipeline_lacks_nothing_and_takes_what_its_weights_take(tmp_path: Path) -> None:
    found = describe_folder(pipeline(tmp_path / "a"))
    assert (found.kind, found.dtype, found.memory) == ("StableDiffusionPipeline", "float16", 400)
    assert (found.missing, found.trouble) == ((), "")


def _pickled(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").rename(folder / "unet" / "pytorch_model.bin")


def _sharded(folder: Path) -> None:
    names = {"a": "m-00001-of-00002.safetensors", "b": "m-00002-of-00002.safetensors"}
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    settings(folder / "unet" / "m.safetensors.index.json", weight_map=dict(names))
    weights(folder / "unet" / names["a"], {"a": (1,)})


def _escaping(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    settings(
        folder / "unet" / "m.safetensors.index.json", weight_map={"a": "../vae/diffusion_pytorch_model.safetensors"}
    )


def _unlisted(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").rename(folder / "unet" / "m-00001-of-00002.safetensors")


def _cut(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"1234")


LACKS: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "unet").rename(folder / "elsewhere"), "unet: the whole folder"),
    (lambda folder: (folder / "unet" / "config.json").unlink(), "unet: config.json"),
    (lambda folder: (folder / "scheduler" / "scheduler_config.json").unlink(), "scheduler: scheduler_config.json"),
    (
        lambda folder: (folder / "tokenizer" / "vocab.json").unlink(),
        "tokenizer: tokenizer.json or tokenizer_config.json",
    ),
    (_pickled, "unet: weights, *.safetensors (only pytorch_model.bin is there, a pickle, which is not read)"),
    (_sharded, "unet: the shard m-00002-of-00002.safetensors"),
    (_escaping, "unet: a list of shards that names files of its folder"),
    (_unlisted, "unet: the list of shards, *.safetensors.index.json"),
    (_cut, "unet: diffusion_pytorch_model.safetensors whole: the file is cut short"),
]


@pytest.mark.parametrize(("spoil", "phrase"), LACKS)
def test_what_is_missing_is_said(tmp_path: Path, spoil: Callable[[Path], object], phrase: str) -> None:
    folder = pipeline(tmp_path / "a")
    spoil(folder)
    missing = describe_folder(folder).missing
    assert len(missing) == 1
    assert missing[0].startswith(phrase)


def test_plain_weights_count_and_variants_only_where_there_are_no_others(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "a")
    weights(folder / "unet" / "diffusion_pytorch_model.fp16.safetensors", {"a": (1,)})
    assert describe_folder(folder).memory == 400
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    found = describe_folder(folder)
    assert (found.memory, found.missing) == (202, ())
    weights(folder / "unet" / "m-00001-of-00001.safetensors", {"a": (3,)})
    settings(folder / "unet" / "m.safetensors.index.json", weight_map={"a": "m-00001-of-00001.safetensors"})
    assert describe_folder(folder).memory == 206
    (folder / "unet" / "m.safetensors.index.json").rename(folder / "unet" / "m.safetensors.index.fp16.json")
    (folder / "unet" / "diffusion_pytorch_model.fp16.safetensors").unlink()
    assert describe_folder(folder).memory == 206


def test_a_component_that_leads_out_of_the_folder_is_not_looked_at(tmp_path: Path) -> None:
    outside: JsonValue = ["diffusers", "AutoencoderKL"]
    folder = pipeline(tmp_path / "a", **{"../other": outside})
    pipeline(tmp_path / "other")
    assert describe_folder(folder).missing == ("'../other': a component must lie in the folder",)


def test_a_component_alone_is_called_by_its_class(tmp_path: Path) -> None:
    weights(tmp_path / "vae" / "model.safetensors", {"a": (2,)}, "F32")
    settings(tmp_path / "vae" / "config.json", _class_name="AutoencoderKL", _name_or_path="someone/vae")
    found = describe_folder(tmp_path / "vae")
    assert (found.kind, found.memory, found.dtype, found.origin) == ("AutoencoderKL", 8, "float32", "someone/vae")
    settings(tmp_path / "vae" / "config.json", architectures=["CLIPTextModel"], _name_or_path="/home/x/y/z")
    found = describe_folder(tmp_path / "vae")
    assert (found.kind, found.origin) == ("CLIPTextModel", "")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1, "a": 2}', "[" * 100_000])
def test_settings_that_cannot_be_read_are_a_trouble_and_no_error(tmp_path: Path, text: str) -> None:
    folder = pipeline(tmp_path / "a")
    (folder / "model_index.json").write_text(text)
    assert describe_folder(folder).trouble


def test_a_file_is_described_by_its_header_and_a_pickle_is_not_opened(tmp_path: Path) -> None:
    found = describe_file(weights(tmp_path / "a.safetensors", {"emb_params": (2, 4)}))
    assert (found.kind, found.dtype, found.memory) == ("textual inversion", "float16", 16)
    (tmp_path / "a.ckpt").write_bytes(b"anything")
    assert "is not read" in describe_file(tmp_path / "a.ckpt").trouble
    (tmp_path / "b.safetensors").write_bytes(b"version https://git-lfs")
    assert "no safetensors file" in describe_file(tmp_path / "b.safetensors").trouble
