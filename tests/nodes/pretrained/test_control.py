"""ControlNets: the results of diffusers' own pipeline, and which rows are looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs import InputError, LevelCurve
from graphs.running.context import Meter, RunContext
from nodes.contracts.changes import Change
from nodes.model.controlnet import controlnet
from nodes.pretrained.control import ControlNet, residuals
from nodes.pretrained.folder import Folder
from nodes.pretrained.parts import Parts
from tests.nodes.pretrained.controlling import controlling, pictures
from tests.nodes.pretrained.matching import CLOSE, STEPS, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.prompting import NEGATIVE, SCALE, TEXTS, guided
from tests.nodes.pretrained.tiny import DIFFUSERS, Pipeline, quiet, stable_diffusion, unet


def run() -> RunContext:
    return RunContext(Meter())


def test_a_share_of_the_steps_with_a_controlnet_is_the_pipelines(tmp_path: Path) -> None:
    stable_diffusion(tmp_path).save_pretrained(tmp_path / "checkpoint")
    network = DIFFUSERS.ControlNetModel.from_pretrained(controlling(tmp_path / "control", unet()))
    pipeline: Pipeline = DIFFUSERS.StableDiffusionControlNetPipeline.from_pretrained(
        tmp_path / "checkpoint", controlnet=network
    )
    quiet(pipeline)
    x, images = noise(4, 16, 16), pictures(2)
    theirs = pipeline(
        TEXTS,
        image=images.pixels.permute(0, 3, 1, 2).float() / 255,
        negative_prompt=NEGATIVE,
        latents=x.clone(),
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        controlnet_conditioning_scale=0.7,
        control_guidance_start=0.25,
        control_guidance_end=0.75,
        output_type="latent",
    ).images
    found = opened(tmp_path / "checkpoint")
    levels = ddim_levels(pipeline.scheduler, found.process)
    at = zip(levels.s[:-1].flatten().tolist(), (0.0, 0.7, 0.7, 0.0), strict=True)
    model = controlnet(
        found.model, images, source=tmp_path / "control", strength=LevelCurve(tuple(sorted(at))), run=run()
    )
    ours = sampled(guided(model), x, levels)
    torch.testing.assert_close(ours, theirs, atol=CLOSE, rtol=0)
    assert float((sampled(guided(found.model), x, levels) - ours).abs().max()) > 100 * CLOSE


def told(count: int) -> dict[str, Tensor]:
    return {"encoder_hidden_states": noise(7, 32, count=count, seed=6)}


def added(changes: list[tuple[ControlNet, list[float]]], x: Tensor) -> list[Tensor]:
    found = {
        str(number): Change(control, torch.tensor(strength, dtype=torch.float64))
        for number, (control, strength) in enumerate(changes)
    }
    all_of = residuals(x, torch.full((len(x),), 100.0), found, told(len(x)))
    down, middle = all_of["down_block_additional_residuals"], all_of["mid_block_additional_residual"]
    assert isinstance(middle, Tensor)
    return [*down, middle]


def test_each_row_has_its_own_controlnets_at_its_own_strengths(tmp_path: Path) -> None:
    parts = Parts(Folder(controlling(tmp_path / "control", unet())), torch.float32, "cpu")
    one, other = (ControlNet(parts, picture) for picture in pictures(2).pixels.permute(0, 3, 1, 2).float() / 255)
    x = noise(4, 16, 16, count=3)
    alone = [added([(control, [1.0] * 3)], x) for control in (one, other)]
    rows = added([(one, [0.5, 0.0, 0.0]), (other, [0.0, 0.0, 2.0])], x)
    both = added([(one, [1.0, 0.0, 1.0]), (other, [1.0, -0.5, 0.0])], x)
    for first, second, row, sum_of in zip(*alone, rows, both, strict=True):
        nothing = torch.zeros_like(first[0])
        torch.testing.assert_close(row, torch.stack([0.5 * first[0], nothing, 2 * second[2]]), atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(
            sum_of, torch.stack([first[0] + second[0], -0.5 * second[1], first[2]]), atol=1e-5, rtol=1e-5
        )
    assert residuals(x, torch.zeros(3), {"a": Change(one, torch.zeros(3))}, told(3)) == {}


def test_a_picture_of_another_size_is_brought_to_the_latents(tmp_path: Path) -> None:
    parts = Parts(Folder(controlling(tmp_path / "control", unet())), torch.float32, "cpu")
    control = ControlNet(parts, torch.full((3, 8, 20), 0.25))
    seen = control.seen(16, 24)
    assert seen.shape == (3, 32, 48)
    torch.testing.assert_close(seen, torch.full_like(seen, 0.25))


def test_what_is_no_controlnet_is_refused(tmp_path: Path) -> None:
    stable_diffusion(tmp_path).save_pretrained(tmp_path / "checkpoint")
    model = opened(tmp_path / "checkpoint").model
    with pytest.raises(InputError, match="no ControlNet that can be used"):
        controlnet(model, pictures(1), source=tmp_path / "checkpoint", run=run())
    with pytest.raises(InputError, match="no ControlNet is chosen"):
        controlnet(model, pictures(1), run=run())
    assert controlnet(model, pictures(1), strength=0.0, run=run()) is model
