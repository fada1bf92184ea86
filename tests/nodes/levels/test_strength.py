"""The end of a grid, as img2img of diffusers cuts it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import TypeAlias

import pytest
import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.levels import Levels
from nodes.levels.karras import karras
from nodes.levels.strength import Part, cost, strength

STRENGTHS = (0.01, 0.1, 0.15, 0.25, 0.29, 0.3, 0.33, 0.5, 0.57, 0.6, 0.7, 0.75, 0.8, 0.99, 1.0)
MODULES: dict[Part, str] = {
    "leave_out": "stable_diffusion.pipeline_stable_diffusion_img2img.StableDiffusionImg2ImgPipeline",
    "keep": "stable_diffusion_3.pipeline_stable_diffusion_3_img2img.StableDiffusion3Img2ImgPipeline",
}


Cut: TypeAlias = Callable[[object, int, float, str], tuple[Tensor, int]]


def cutting(part: Part) -> Cut:
    """The method that cuts the steps of img2img, of a pipeline that cuts them so."""
    module, _, name = MODULES[part].rpartition(".")
    made: Cut = getattr(importlib.import_module(f"diffusers.pipelines.{module}"), name).get_timesteps
    return made


@pytest.mark.parametrize("part", ["leave_out", "keep"])
def test_it_makes_the_steps_that_diffusers_makes(part: Part) -> None:
    cut = cutting(part)
    for steps in (1, 2, 7, 10, 20, 50):
        times = torch.arange(steps)
        stand_in = SimpleNamespace(scheduler=SimpleNamespace(timesteps=times, order=1))
        levels = karras(num_inference_steps=steps)
        for share in STRENGTHS:
            expected, count = cut(stand_in, steps, share, "cpu")
            if count == 0:
                with pytest.raises(InputError, match="no step is left"):
                    strength(levels, strength=share, partial_step=part)
                continue
            found = strength(levels, strength=share, partial_step=part)
            assert len(found) == count
            assert torch.equal(found.s, levels.s[int(expected[0]) :])


def test_all_of_it_is_the_grid() -> None:
    levels = karras(num_inference_steps=9)
    assert torch.equal(strength(levels, strength=1.0).s, levels.s)


def test_rows_keep_levels_of_their_own() -> None:
    columns = Levels(torch.tensor([[4.0, 3.0], [2.0, 3.0], [0.0, 1.0], [0.0, 0.0]], dtype=torch.float64))
    assert strength(columns, strength=0.7).s.tolist() == [[2.0, 3.0], [0.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("value", "steps", "first"),
    [(0.5, Span.of(5), Span.of(0)), (1.0, Span.of(10), Span.of(1)), (None, Span(1, 10), Span(0, 1))],
)
def test_a_plan_knows_how_long_it_is(value: float | None, steps: Span, first: Span) -> None:
    whole = Estimate(steps=Span.of(10), first_open=Span.of(1), last_open=Span.of(1))
    found = cost(Known({"strength": value, "partial_step": "leave_out"}, {"levels": (whole,)}))
    assert (found.steps, found.first_open, found.last_open) == (steps, first, Span.of(1))
    unknown = cost(Known({"strength": value, "partial_step": "leave_out"}, {}))
    assert unknown.steps.high == float("inf")
