"""The learned codec: its own latents only, clean points only, tiles without a trace, and pictures that come back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.codec.autoencoder import Learned, autoencoder
from nodes.codec.encode import encode
from nodes.contracts.codec import Codec, from_latents
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.decoder.decode import decode
from nodes.networks.checkpoint import serialise
from tests.nodes.gaussian import context
from tests.nodes.networks.small_autoencoder import LATENTS, SMALL, random_autoencoder
from tests.nodes.waiting import DEVICE, no_waiting

WEIGHTS = Path(__file__).parents[3] / "assets" / "weights" / "emoji-autoencoder.safetensors"


def pictures(event: tuple[int, ...] = (3, 16, 24), count: int = 2) -> Sample:
    """Noise at s = 0."""
    x = torch.randn(count, *event, generator=torch.Generator().manual_seed(0))
    return Sample(x, torch.zeros(count, dtype=torch.float64), Space("pixels", event), Rows.first(0, count))


def small(tile: int = 512, overlap: int = 96) -> Learned:
    return Learned(random_autoencoder(), tile, overlap)


def shapes() -> Tensor:
    """A red disc, and a yellow one with a blue eye, on white: [2, 3, 64, 64]."""
    line = torch.arange(64) - 31.5
    distance = torch.hypot(line[:, None], line[None])
    body, eye = ((radius - distance).clamp(0, 1) for radius in (24.0, 8.0))
    red, yellow, blue = (
        torch.tensor(colour)[:, None, None] for colour in ((0.8, -0.6, -0.6), (1.0, 0.7, -0.7), (-0.6, 0.0, 0.8))
    )
    face = 1 + body * (yellow - 1)
    return torch.stack([1 + body * (red - 1), face + eye * (blue - face)])


def test_a_file_becomes_a_codec_named_by_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "autoencoder.safetensors"
    path.write_bytes(serialise(random_autoencoder(), torch.float32))
    codec: Codec = autoencoder(weights=path, run=RunContext(Meter()))
    assert codec.name == small().name
    assert codec.name.startswith("autoencoder-")
    assert torch.equal(codec.encode(pictures(), context()).x, small().encode(pictures(), context()).x)


def test_shapes_rows_and_dtype_of_the_way_there_and_back() -> None:
    sample = pictures()
    there = small().encode(sample, context())
    back = from_latents(small(), there, context())
    assert (there.space.name, there.space.event, there.space.codec) == ("latents", (2, 4, 6), small().name)
    assert (back.space.name, back.space.event, back.space.codec) == ("pixels", (3, 16, 24), None)
    assert torch.equal(back.rows.seed, sample.rows.seed)
    double = replace(sample, x=sample.x.double())
    assert small().encode(double, context()).x.dtype == torch.float64
    torch.testing.assert_close(small().encode(double, context()).x.float(), there.x)


def test_rows_are_counted_and_nothing_waits_for_a_device() -> None:
    meter = Meter()
    codec, run = Learned(random_autoencoder(), 512, 96, DEVICE), RunContext(meter, DEVICE)
    with no_waiting():
        there = encode(pictures(), codec, run=run)
        back = decode(there, codec, run=run)
    assert (meter.decodes, meter.rows, back.x.device.type) == (4, 0, DEVICE)


def test_latents_of_another_autoencoder_are_refused() -> None:
    there = small().encode(pictures(), context())
    other = Learned(random_autoencoder(seed=1), 512, 96)
    with pytest.raises(InputError, match="not the codec's latents") as refused:
        from_latents(other, there, context())
    assert small().name in refused.value.given


@pytest.mark.parametrize("event", [(3,), (1, 16, 16), (3, 18, 16), (3, 16, 18)])
def test_what_is_no_picture_of_its_kind_is_refused(event: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="cannot encode"):
        small().encode(pictures(event), context())


def test_latents_are_not_encoded_again() -> None:
    latents = replace(pictures((3, 16, 16)), space=Space("latents", (3, 16, 16), codec="haar-1"))
    with pytest.raises(InputError, match="cannot encode") as refused:
        small().encode(latents, context())
    assert "decode" in refused.value.mend


def test_noised_points_are_refused_on_both_ways() -> None:
    sample, there = pictures(), small().encode(pictures(), context())
    levels = torch.full((2,), 0.5, dtype=torch.float64)
    with pytest.raises(InputError, match="no clean points"):
        small().encode(replace(sample, s=levels), context())
    with pytest.raises(InputError, match="no clean points"):
        small().decode(replace(there, s=levels), context())


def test_an_overlap_of_more_than_half_a_tile_is_refused() -> None:
    with pytest.raises(InputError, match="overlap by more than half") as refused:
        autoencoder(weights=WEIGHTS, tile=64, overlap=40, run=RunContext(Meter()))
    assert refused.value.allowed == "at most 32"


def test_tiles_give_what_the_whole_gives_where_the_overlap_is_enough() -> None:
    sample = pictures((3, 152, 104), count=1)
    whole, parts = small(), small(tile=80, overlap=40)  # of 10 cells; the reach is 4
    there, tiled = whole.encode(sample, context()), parts.encode(sample, context())
    torch.testing.assert_close(tiled.x, there.x, rtol=1e-4, atol=1e-4)
    back, again = whole.decode(there, context()), parts.decode(there, context())
    torch.testing.assert_close(again.x, back.x, rtol=1e-4, atol=1e-4)
    without = small(tile=80, overlap=0).decode(there, context())
    assert not torch.allclose(without.x, back.x, rtol=1e-2, atol=1e-2)


def test_gradients_flow_back_through_the_decoder() -> None:
    there = small().encode(pictures(), context())
    z = there.x.clone().requires_grad_()
    made = small().decode(replace(there, x=z), context()).x
    (gradient,) = torch.autograd.grad(made.sum(), z)
    assert gradient.abs().sum() > 0


def test_a_preview_is_the_linear_map_of_the_file_at_any_level() -> None:
    there = small().encode(pictures(), context())
    flat = replace(there, x=torch.tensor([0.5, -1.0])[:, None, None].expand(2, 2, 4, 6), s=torch.ones(2).double())
    shown = small().preview(flat, context())
    assert (shown.space.name, shown.space.event, shown.space.codec) == ("pixels", (3, 16, 24), None)
    expected = [row[0] * 0.5 - row[1] + row[2] for row in LATENTS.preview]
    torch.testing.assert_close(shown.x[1, :, 7, 9], torch.tensor(expected))
    assert SMALL.factor == 4


def test_the_emoji_autoencoder_gives_pictures_back_and_previews_their_colours() -> None:
    codec = autoencoder(run=RunContext(Meter()), weights=WEIGHTS)
    sample = Sample(shapes(), torch.zeros(2).double(), Space("pixels", (3, 64, 64)), Rows.first(0, 2))
    there = codec.encode(sample, context())
    assert there.space.event == (4, 16, 16)
    error = codec.decode(there, context()).x - sample.x
    assert -10 * torch.log10(error.square().mean() / 4) > 26  # dB of the peak, which is 2
    shown = codec.preview(there, context()).x
    assert shown.sub(sample.x).square().mean() < 0.1


def test_the_tiles_by_default_leave_no_trace_of_the_emoji_autoencoder() -> None:
    codec = autoencoder(run=RunContext(Meter()), weights=WEIGHTS)
    assert isinstance(codec, Learned)
    for tiling in (codec.seeing, codec.showing):
        assert tiling.overlap > 2 * tiling.reach
