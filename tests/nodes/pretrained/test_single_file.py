"""Checkpoints in one file, in the original layout: what the folder of the same weights gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, rmtree

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from graphs.errors import InputError
from graphs.running.context import Meter, RunContext
from nodes.cond.prompt import prompt
from nodes.contracts.codec import from_latents
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.model.pretrained import pretrained
from nodes.pretrained.folder import Folder
from nodes.pretrained.single_file import SingleFile
from tests.nodes.pretrained import original
from tests.nodes.pretrained.both import CLOSE, TEXT, same_results, weights_of
from tests.nodes.pretrained.matching import noise, opened
from tests.nodes.pretrained.tiny import seeded, stable_diffusion, vae


@pytest.fixture(autouse=True)
def _no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def in_one(components: Mapping[str, object]) -> dict[str, Tensor]:
    """The weights of Stable Diffusion 1 by their original names."""
    encoder = {
        name.removeprefix("text_model."): tensor for name, tensor in weights_of(components["text_encoder"]).items()
    }
    return {
        **original.under("model.diffusion_model.", original.unet(weights_of(components["unet"]), 1)),
        **original.under("first_stage_model.", original.vae(weights_of(components["vae"]), 2)),
        **original.under("cond_stage_model.transformer.text_model.", encoder),
        "cond_stage_model.transformer.text_model.embeddings.position_ids": torch.arange(77)[None],
        "model_ema.decay": torch.zeros(()),
    }


def made(folder: Path) -> Path:
    """A file of Stable Diffusion beside the folder `checkpoint` of the same weights."""
    pipeline = stable_diffusion(folder, heads=1)
    pipeline.save_pretrained(folder / "checkpoint")
    save_file(in_one(pipeline.components), folder / "model.safetensors")
    rmtree(folder / "words")
    return folder / "model.safetensors"


def test_a_file_gives_what_the_folder_of_its_weights_gives(tmp_path: Path) -> None:
    file = made(tmp_path)
    same_results(opened(file), opened(tmp_path / "checkpoint"))


def test_the_vocabulary_is_chosen_or_found_beside_the_file_or_in_the_hubs_cache(tmp_path: Path) -> None:
    file = made(tmp_path)
    tokenizer = tmp_path / "checkpoint" / "tokenizer"
    away = tmp_path / "away" / "model.safetensors"
    away.parent.mkdir()
    file.rename(away)
    with pytest.raises(InputError, match="no vocabulary") as caught:
        prompt(opened(away).model, text="a cat")
    assert "hf download openai/clip-vit-large-patch14" in caught.value.mend
    expected = prompt(opened(tmp_path / "checkpoint").model, text=TEXT).entries["context"]
    chosen = pretrained(source=away, tokenizer=tokenizer, run=RunContext(Meter())).model
    torch.testing.assert_close(prompt(chosen, text=TEXT).entries["context"], expected, atol=CLOSE, rtol=0)
    for place in (tmp_path / "hub" / "models--some--one" / "snapshots" / "0123", away.parent / "tokenizer"):
        copytree(tokenizer, place)
        torch.testing.assert_close(
            prompt(opened(away).model, text=TEXT).entries["context"], expected, atol=CLOSE, rtol=0
        )
        rmtree(place)


def test_a_vocabulary_of_another_encoder_is_refused(tmp_path: Path) -> None:
    file = made(tmp_path)
    words = tmp_path / "checkpoint" / "tokenizer"
    config = json.loads((words / "tokenizer_config.json").read_text())
    (words / "tokenizer_config.json").write_text(json.dumps({**config, "tokenizer_class": "T5Tokenizer"}))
    with pytest.raises(InputError, match="no vocabulary"):
        prompt(opened(file).model, text="a cat")


def test_a_vae_by_itself_is_a_source_of_one_part_and_no_model(tmp_path: Path) -> None:
    seeded()
    theirs = vae()
    file = original.under("", original.vae(weights_of(theirs), 2))
    save_file(file, tmp_path / "vae.safetensors")
    source = SingleFile(tmp_path / "vae.safetensors")
    assert source.kind == "AutoencoderKL"
    assert source.has("vae")
    ours = weights_of(source.network("vae", torch.float32))
    for name, tensor in weights_of(theirs).items():
        torch.testing.assert_close(ours[name], tensor, atol=0, rtol=0)
    with pytest.raises(InputError, match="cannot be opened") as caught:
        opened(tmp_path / "vae.safetensors")
    assert "VAE by itself" in caught.value.given


def test_a_network_without_the_rest_says_what_is_missing(tmp_path: Path) -> None:
    pipeline = stable_diffusion(tmp_path, heads=1)
    file = in_one(pipeline.components)
    network = {
        name.removeprefix("model.diffusion_model."): file[name] for name in file if name.startswith("model.diff")
    }
    save_file(network, tmp_path / "unet.safetensors")
    found = opened(tmp_path / "unet.safetensors")
    assert found.model.space.event[0] == 4
    with pytest.raises(InputError, match="no text encoder"):
        prompt(found.model, text="a cat")
    sample = Sample(noise(4, 8, 8), torch.zeros(2, dtype=torch.float64), found.model.space, Rows.first(0, 2))
    with pytest.raises(InputError, match="no VAE"):
        from_latents(found.codec, sample, Context(Meter()))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("lora_unet_down_blocks_0.lora_down.weight", "LoRA"),
        ("control_model.input_blocks.0.0.weight", "ControlNet"),
        ("input_hint_block.0.weight", "ControlNet"),
        ("emb_params", "textual inversion"),
        ("text_model.encoder.layers.0.mlp.fc1.weight", "text encoder by itself"),
        ("down_blocks.0.resnets.0.conv1.weight", "one part of a checkpoint in a folder"),
        ("something.weight", "it is not known what this file holds"),
    ],
)
def test_files_that_are_no_checkpoint_are_named(name: str, told: str, tmp_path: Path) -> None:
    save_file({name: torch.zeros(2, 2)}, tmp_path / "file.safetensors")
    with pytest.raises(InputError, match="this file") as caught:
        opened(tmp_path / "file.safetensors")
    assert told in caught.value.message


def test_a_file_that_lacks_a_tensor_is_refused(tmp_path: Path) -> None:
    file = in_one(stable_diffusion(tmp_path, heads=1).components)
    del file["model.diffusion_model.out.2.weight"]
    save_file(file, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="lacks a tensor"):
        opened(tmp_path / "model.safetensors")


def test_a_pickle_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    file = in_one(stable_diffusion(tmp_path, heads=1).components)
    torch.save({"state_dict": file, "global_step": 3}, tmp_path / "model.ckpt")
    with pytest.raises(InputError, match="pickle"):
        opened(tmp_path / "model.ckpt")
    source = SingleFile(tmp_path / "model.ckpt", pickles=True)
    assert source.kind == "StableDiffusionPipeline"
    assert isinstance(source.network("unet", torch.float32), nn.Module)


def test_weights_are_mapped_and_not_copied(tmp_path: Path) -> None:
    source = SingleFile(made(tmp_path))
    stored = {tensor.data_ptr() for tensor in source.file.tensors.values()}
    for name in ("unet", "vae", "text_encoder"):
        assert {tensor.data_ptr() for tensor in source.network(name, torch.float32).parameters()} <= stored
    assert source.identity() == SingleFile(source.path).identity()
    assert source.identity() != Folder(tmp_path / "checkpoint").identity()
