"""A checkpoint's VAE: diffusers' own numbers, latents of one format, what is refused, how latents look."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch

from graphs.errors import InputError
from graphs.running.context import Meter
from nodes.contracts.codec import Codec, from_latents, to_latents
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.pretrained.colours import COLOURS
from nodes.pretrained.latents import LatentFormat
from tests.nodes.pretrained.matching import noise, opened

CLEAN = torch.zeros(2, dtype=torch.float64)


@pytest.fixture(scope="module")
def codec(folder: Path) -> Codec:
    return opened(folder).codec


def pictures(height: int = 32, width: int = 48) -> Sample:
    return Sample(noise(3, height, width).tanh(), CLEAN, Space("pixels", (3, height, width)), Rows.first(0, 2))


def test_latents_and_pictures_are_those_of_diffusers(folder: Path, codec: Codec) -> None:
    theirs = import_module("diffusers").AutoencoderKL.from_pretrained(folder / "vae", local_files_only=True)
    scale, ctx = theirs.config.scaling_factor, Context(Meter())
    latents = to_latents(codec, pictures(), ctx)
    with torch.no_grad():
        torch.testing.assert_close(latents.x, scale * theirs.encode(pictures().x).latent_dist.mode())
        torch.testing.assert_close(from_latents(codec, latents, ctx).x, theirs.decode(latents.x / scale).sample)
    assert latents.space.event == (4, 16, 24)


def test_gradients_flow_through_the_decoder(codec: Codec) -> None:
    latents = to_latents(codec, pictures(), Context(Meter()))
    x = latents.x.detach().requires_grad_()
    decoded = codec.decode(Sample(x, latents.s, latents.space, latents.rows), Context(Meter()))
    (gradient,) = torch.autograd.grad(decoded.x.sum(), x)
    assert bool(gradient.abs().sum() > 0)


def test_a_side_that_it_cannot_halve_is_refused(codec: Codec) -> None:
    with pytest.raises(InputError, match="multiple"):
        to_latents(codec, pictures(33), Context(Meter()))


def test_noised_pictures_are_refused(codec: Codec) -> None:
    noised = pictures()
    with pytest.raises(InputError, match="finished"):
        to_latents(codec, Sample(noised.x, CLEAN + 1, noised.space, noised.rows), Context(Meter()))


def test_latents_of_another_format_are_refused(codec: Codec) -> None:
    space = LatentFormat(4, 8, 0.13025, 0.0).space(16, 16)
    foreign = Sample(noise(4, 16, 16), CLEAN, space, Rows.first(0, 2))
    with pytest.raises(InputError, match="not the codec's latents"):
        from_latents(codec, foreign, Context(Meter()))


def test_a_preview_is_a_pixel_for_each_cell_and_linear_in_the_channels(codec: Codec) -> None:
    space = LatentFormat(4, 2, 0.18215, 0.0).space(2, 2)
    unit = torch.eye(4)[:, :, None, None].expand(4, 4, 2, 2)
    shown = codec.preview(Sample(unit, torch.zeros(4).double(), space, Rows.first(0, 4)), Context(Meter()))
    rows = torch.tensor(COLOURS[4, 0.18215])
    torch.testing.assert_close(shown.x, (rows[:4] + rows[4])[:, :, None, None].expand(4, 3, 2, 2))


@pytest.mark.parametrize("known", COLOURS, ids=str)
def test_colours_have_a_row_for_each_channel_and_one_that_is_added(known: tuple[int, float]) -> None:
    assert len(COLOURS[known]) == known[0] + 1


def test_scale_and_shift_are_undone() -> None:
    latents, z = LatentFormat(16, 8, 0.3611, 0.1159), noise(16, 4, 4)
    torch.testing.assert_close(latents.outward(latents.inward(z)), z)
    torch.testing.assert_close(latents.inward(z), (z - 0.1159) * 0.3611)
