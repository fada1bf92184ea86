"""DiT: the results of diffusers' own pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphs.errors import InputError
from graphs.running.context import Meter
from nodes.cond.prompt import prompt
from nodes.contracts.codec import from_latents
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from tests.nodes.pretrained.matching import CLOSE, STEPS, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.tiny import dit, labelled, replaying


def test_guidance_against_no_class_is_the_pipelines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = dit()
    pipeline.save_pretrained(tmp_path)
    x = noise(4, 8, 8)
    replaying(monkeypatch, "pipelines.dit.pipeline_dit", x)
    theirs = pipeline([1, 0], guidance_scale=4.0, num_inference_steps=STEPS, output_type="pt").images
    model, codec, process = opened(labelled(tmp_path))
    guided = cfg(model, prompt(model, text="goldfish\n0"), guidance_scale=4.0)
    latents = sampled(guided, x, ddim_levels(pipeline.scheduler, process))
    sample = Sample(latents, torch.zeros(2, dtype=torch.float64), model.space, Rows.first(0, 2))
    pixels = from_latents(codec, sample, Context(Meter())).x
    torch.testing.assert_close((pixels / 2 + 0.5).clamp(0, 1), theirs, atol=CLOSE, rtol=0)


def test_classes_are_named(tmp_path: Path) -> None:
    dit().save_pretrained(tmp_path)
    model = opened(labelled(tmp_path)).model
    names = "tinca TINCA\ntench, Tinca tinca\ngoldfish\n999\n517"
    assert prompt(model, text=names).entries["class"].tolist() == [0, 0, 1, 999, 517]
    assert prompt(model, text="").entries["class"].tolist() == [1000]
    for wrong, told in (("goldfihs", "goldfish"), ("crane", "134 or 517"), ("1000", "999"), ("-1", "no such class")):
        with pytest.raises(InputError) as caught:
            prompt(model, text=wrong)
        assert told in str(caught.value)
