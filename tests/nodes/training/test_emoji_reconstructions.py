"""How near pictures come back is told right."""

from __future__ import annotations

import pytest
import torch

from nodes.contracts.codec import to_latents
from nodes.training.emoji_reconstructions import come_back, decibels, told, upright
from tests.laws.stand_ins import Doubling
from tests.nodes.gaussian import context

KEPT = torch.randint(0, 256, (3, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_an_error_of_a_tenth_of_the_peak_is_20_decibels() -> None:
    pictures = torch.zeros(2, 3, 4, 4)
    assert decibels(pictures + torch.tensor([0.2, 0.02])[:, None, None, None], pictures).tolist() == pytest.approx(
        [20.0, 40.0]
    )


def test_a_codec_without_loss_gives_the_upright_pictures_back() -> None:
    sample = upright(KEPT)
    assert sample.space.event == (3, 8, 8)
    back, preview = come_back(Doubling(), sample)
    torch.testing.assert_close(back, sample.x)
    torch.testing.assert_close(preview, sample.x)
    assert to_latents(Doubling(), sample, context()).x.abs().max() > 1


def test_each_style_has_its_line() -> None:
    lines = list(told(torch.tensor([20.0, 30.0, 31.0, 41.0]), ["noto", "fluent", "noto", "noto"]))
    assert lines == [
        "noto: 3 pictures, mean 30.7 dB, median 31.0, lowest 20.0",
        "fluent: 1 pictures, mean 30.0 dB, median 30.0, lowest 30.0",
        "all: mean 30.5 dB",
    ]
