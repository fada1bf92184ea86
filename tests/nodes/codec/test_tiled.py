"""A codec by tiles: itself where tiles see enough, memory for one tile, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from graphs.home import assets_folder
from graphs.running.context import Meter, RunContext
from nodes.codec.autoencoder import autoencoder
from nodes.codec.haar import haar
from nodes.codec.pretrained import pretrained
from nodes.codec.tiled import tiled
from nodes.contracts.codec import Codec, from_latents, to_latents
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.model.pretrained import pretrained as checkpoint
from tests.nodes.pretrained.tiny import stable_diffusion


def pictures(height: int, width: int) -> Sample:
    x = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0)).tanh()
    return Sample(x, torch.zeros(2, dtype=torch.float64), Space("pixels", (3, height, width)), Rows.first(0, 2))


def there_and_back(codec: Codec, sample: Sample) -> tuple[Tensor, Tensor]:
    ctx = Context(Meter())
    latents = to_latents(codec, sample, ctx)
    return latents.x, from_latents(codec, latents, ctx).x


class Widest(Codec):
    """Haar's transform, which remembers the most pixels that it was ever given."""

    def __init__(self) -> None:
        self.inner = haar()
        self.name, self.cell, self.most = self.inner.name, self.inner.cell, 0

    def encode(self, x: Sample, ctx: Context) -> Sample:
        self.most = max(self.most, x.x[0, 0].numel())
        return self.inner.encode(x, ctx)

    def decode(self, z: Sample, ctx: Context) -> Sample:
        self.most = max(self.most, self.cell**2 * z.x[0, 0].numel())
        return self.inner.decode(z, ctx)


def test_a_codec_that_sees_nothing_beyond_a_cell_is_the_same_by_tiles() -> None:
    sample = pictures(72, 40)
    whole, parts = (there_and_back(codec, sample) for codec in (haar(), tiled(haar(), tile=32, overlap=16)))
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(other, one, atol=1e-6, rtol=0)


def test_one_tile_is_the_codec_bitwise() -> None:
    sample = pictures(32, 32)
    whole, parts = (there_and_back(codec, sample) for codec in (haar(), tiled(haar(), tile=32, overlap=16)))
    assert all(torch.equal(one, other) for one, other in zip(whole, parts, strict=True))


def test_no_more_than_a_tile_is_ever_given_to_the_codec() -> None:
    widest = Widest()
    there_and_back(tiled(widest, tile=32, overlap=8), pictures(96, 128))
    assert widest.most == 32 * 32


def test_convolutions_that_reach_less_than_a_quarter_of_the_overlap_leave_no_trace() -> None:
    weights = assets_folder() / "weights" / "emoji-autoencoder.safetensors"
    whole = autoencoder(weights=weights, tile=8192, run=RunContext(Meter()))
    for one, other in zip(
        there_and_back(whole, pictures(224, 512)),
        there_and_back(tiled(whole, tile=448, overlap=224), pictures(224, 512)),
        strict=True,
    ):
        torch.testing.assert_close(other, one, atol=1e-4, rtol=0)


def test_a_vae_of_a_checkpoint_goes_by_tiles_and_differs_less_for_larger_ones(tmp_path: Path) -> None:
    stable_diffusion(tmp_path).save_pretrained(tmp_path / "checkpoint")
    whole = checkpoint(source=tmp_path / "checkpoint", run=RunContext(Meter())).codec
    latents = to_latents(whole, pictures(64, 64), Context(Meter()))
    exact = from_latents(whole, latents, Context(Meter())).x
    errors = [
        (from_latents(tiled(whole, tile=tile, overlap=tile // 2), latents, Context(Meter())).x - exact).square().mean()
        for tile in (16, 48, 64)
    ]
    assert errors[0] > errors[1] > errors[2] == 0
    assert float(errors[1].sqrt() / exact.std()) < 0.2


def test_the_vae_of_a_folder_is_opened_by_itself_too(tmp_path: Path) -> None:
    stable_diffusion(tmp_path).save_pretrained(tmp_path / "checkpoint")
    of_all, alone = (pretrained(source=tmp_path / "checkpoint" / part, run=RunContext(Meter())) for part in ("", "vae"))
    assert of_all.name == alone.name
    for one, other in zip(
        there_and_back(of_all, pictures(32, 32)), there_and_back(alone, pictures(32, 32)), strict=True
    ):
        assert torch.equal(one, other)


def test_without_a_choice_it_is_told_where_to_look() -> None:
    with pytest.raises(InputError, match="noiseloom models"):
        pretrained(run=RunContext(Meter()))


def test_an_overlap_of_more_than_half_a_tile_is_refused() -> None:
    with pytest.raises(InputError, match="more than half"):
        tiled(haar(), tile=32, overlap=24)


def test_what_the_codec_refuses_it_refuses_by_tiles() -> None:
    with pytest.raises(InputError, match="sides that 2 divides"):
        to_latents(tiled(haar(), tile=32, overlap=8), pictures(33, 64), Context(Meter()))
