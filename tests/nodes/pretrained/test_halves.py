"""Checkpoints that compute in bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nodes.cond.prompt import prompt
from nodes.contracts.levels import Levels
from nodes.guidance.cfg import cfg
from nodes.networks.dtypes import Asked
from tests.nodes.pretrained.matching import noise, opened, sampled
from tests.nodes.pretrained.tiny import Pipeline
from tests.nodes.pretrained.tiny_families import flux, stable_diffusion_3, stable_diffusion_xl

NEAR = 0.05
"""How far the results lie apart: bfloat16 has 8 bits."""


@pytest.mark.parametrize("made", [stable_diffusion_xl, stable_diffusion_3, flux])
def test_a_checkpoint_in_bfloat16_gives_float32_near_to_its_own(
    made: Callable[[Path], Pipeline], tmp_path: Path
) -> None:
    made(tmp_path).save_pretrained(tmp_path / "checkpoint")
    x, levels = noise(4, 8, 8), Levels(torch.tensor([2.0, 0.5, 0.0]).double())

    def result(dtype: Asked) -> torch.Tensor:
        model = opened(tmp_path / "checkpoint", length=24, dtype=dtype).model
        return sampled(cfg(model, prompt(model, text="a cat\ndog"), guidance_scale=2.0), x, levels)

    halves, whole = result("bfloat16"), result("float32")
    assert halves.dtype == x.dtype
    assert not torch.equal(halves, whole)
    assert (halves - whole).abs().mean() < NEAR
