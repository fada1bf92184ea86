"""UNets on pixels: the results of diffusers' own pipelines."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
import torch

from graphs.errors import InputError
from graphs.running.context import Meter
from nodes.cond.prompt import prompt
from nodes.contracts.codec import from_latents, to_latents
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from tests.nodes.pretrained.matching import CLOSE, STEPS, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.tiny import ddpm, replaying

DRAWING = "pipelines.ddim.pipeline_ddim"


def test_ddim_on_pixels_is_the_pipelines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = ddpm()
    pipeline.save_pretrained(tmp_path)
    x = noise(3, 16, 16)
    replaying(monkeypatch, DRAWING, x)
    theirs = pipeline(batch_size=2, num_inference_steps=STEPS, eta=0.0, output_type="np").images
    model, _, process = opened(tmp_path)
    ours = sampled(model, x, ddim_levels(pipeline.scheduler, process))
    assert (model.space.event, model.space.codec) == ((3, 16, 16), None)
    assert "prompt" not in model.abilities
    torch.testing.assert_close(
        (ours / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1), torch.tensor(theirs), atol=CLOSE, rtol=0
    )


def test_a_folder_may_hold_all_parts_side_by_side(tmp_path: Path) -> None:
    ddpm().save_pretrained(tmp_path / "parts")
    whole = tmp_path / "whole"
    for part in ("unet", "scheduler"):
        copytree(tmp_path / "parts" / part, whole, dirs_exist_ok=True)
    alone = opened(whole)
    (whole / "model_index.json").write_bytes((tmp_path / "parts" / "model_index.json").read_bytes())
    levels = Levels(alone.process.level(torch.tensor([900.0, 300.0])))
    x = noise(3, 16, 16)
    expected = sampled(opened(tmp_path / "parts").model, x, levels)
    for found in (alone, opened(whole)):
        torch.testing.assert_close(sampled(found.model, x, levels), expected, atol=0, rtol=0)


def test_without_a_scheduler_it_is_said_what_is_missing(tmp_path: Path) -> None:
    ddpm().save_pretrained(tmp_path)
    with pytest.raises(InputError, match="no scheduler"):
        opened(tmp_path / "unet")


def test_a_class_is_told_by_its_number_and_the_variance_is_left_out(tmp_path: Path) -> None:
    pipeline = ddpm(num_class_embeds=5, out_channels=6)
    pipeline.save_pretrained(tmp_path)
    model, _, process = opened(tmp_path)
    x, cond = noise(3, 16, 16), prompt(model, text="4\n0")
    assert cond.entries["class"].tolist() == [4, 0]
    for wrong in ("5", "cat", ""):
        with pytest.raises(InputError, match="class"):
            prompt(model, text=wrong)
    levels = Levels(process.level(torch.tensor([700.0, 0.0])))
    with pytest.raises(InputError, match="0 to 4"):
        sampled(model, x, levels)


def test_encoding_pixels_leaves_them_and_latents_are_refused(tmp_path: Path) -> None:
    ddpm().save_pretrained(tmp_path)
    model, codec, _ = opened(tmp_path)
    pixels = Sample(noise(3, 16, 16), torch.zeros(2, dtype=torch.float64), model.space, Rows.first(0, 2))
    context = Context(Meter())
    assert from_latents(codec, to_latents(codec, pixels, context), context) is pixels
    with pytest.raises(InputError, match="latents of a codec"):
        codec.own(Space("latents", (4, 8, 8), codec="another"))
