"""The Haar codec: exact, orthonormal, open to gradients, and only for its own latents."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.codec.encode import encode
from nodes.codec.haar import haar
from nodes.contracts.codec import from_latents
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.decoder.decode import decode
from nodes.decoder.pixels import pixels
from tests.nodes.gaussian import context
from tests.nodes.waiting import DEVICE, no_waiting

LEVELS = [1, 2, 3]


def pictures(seed: int = 0, event: tuple[int, ...] = (3, 16, 8), count: int = 2) -> Sample:
    """Float64 pictures at s = 0."""
    x = torch.randn(count, *event, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Sample(x, torch.zeros(count, dtype=torch.float64), Space("pixels", event), Rows.first(seed, count))


def latents(levels: int, sample: Sample) -> Tensor:
    """The latents of a sample."""
    return haar(levels=levels).encode(sample, context()).x


def test_a_block_becomes_its_average_and_three_differences() -> None:
    block = torch.tensor([[[[5.0, 3.0], [2.0, 6.0]]]], dtype=torch.float64)
    sample = Sample(block, torch.zeros(1, dtype=torch.float64), Space("pixels", (1, 2, 2)), Rows.first(0, 1))
    assert latents(1, sample).flatten().tolist() == [8.0, -1.0, 0.0, 3.0]


def test_the_first_channels_are_averages_at_any_number_of_levels() -> None:
    sample = pictures()
    averages = torch.nn.functional.avg_pool2d(sample.x, 4) * 4
    torch.testing.assert_close(latents(2, sample)[:, :3], averages)


@pytest.mark.parametrize("levels", LEVELS)
def test_there_and_back_is_the_identity(levels: int) -> None:
    sample, codec = pictures(), haar(levels=levels)
    there = codec.encode(sample, context())
    back = codec.decode(there, context())
    assert there.space.event == (3 * 4**levels, 16 // 2**levels, 8 // 2**levels)
    assert (back.space.name, back.space.event, back.space.codec) == ("pixels", (3, 16, 8), None)
    assert torch.equal(back.rows.seed, sample.rows.seed)
    torch.testing.assert_close(back.x, sample.x, rtol=0, atol=1e-6)


@pytest.mark.parametrize("levels", LEVELS)
def test_inner_products_stay(levels: int) -> None:
    one, other = pictures(1), pictures(2)
    product = (latents(levels, one) * latents(levels, other)).flatten(1).sum(1)
    torch.testing.assert_close(product, (one.x * other.x).flatten(1).sum(1))


def test_gradients_flow_both_ways() -> None:
    sample, codec = pictures(), haar(levels=2)
    x = sample.x.requires_grad_()
    z = codec.encode(replace(sample, x=x), context())
    weights = torch.randn_like(sample.x)
    y = codec.decode(z, context()).x
    (gradient,) = torch.autograd.grad((weights * y).sum(), x)
    torch.testing.assert_close(gradient, weights)


def test_rows_are_counted_as_decoded_and_none_as_nfe() -> None:
    meter = Meter()
    there = encode(pictures(), haar(), run=RunContext(meter))
    decode(there, haar(), run=RunContext(meter))
    assert (meter.decodes, meter.rows) == (4, 0)


def test_nothing_waits_for_a_device() -> None:
    sample, run = pictures(), RunContext(Meter(), DEVICE)
    with no_waiting():
        assert decode(encode(sample, haar(), run=run), haar(), run=run).x.device.type == DEVICE


def test_latents_of_other_levels_are_refused_with_the_name_of_their_codec() -> None:
    there = haar(levels=2).encode(pictures(), context())
    with pytest.raises(InputError, match="not the codec's latents") as refused:
        from_latents(haar(levels=1), there, context())
    assert "haar-2" in refused.value.given
    with pytest.raises(InputError, match="not the codec's latents"):
        from_latents(haar(), pictures(), context())


@pytest.mark.parametrize("event", [(3,), (3, 6, 8), (3, 8, 6)])
def test_what_cannot_be_halved_is_refused(event: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="cannot encode") as refused:
        haar(levels=2).encode(pictures(event=event), context())
    assert "fewer `levels`" in refused.value.mend


def test_latents_are_not_encoded_again() -> None:
    there = haar().encode(pictures(), context())
    with pytest.raises(InputError, match="cannot encode") as refused:
        haar().encode(there, context())
    assert "decode" in refused.value.mend


def test_levels_that_differ_by_place_are_refused() -> None:
    sample = replace(pictures(), s=torch.zeros(2, 1, 16, 8, dtype=torch.float64))
    with pytest.raises(InputError, match="mixes places"):
        haar().encode(sample, context())


def test_noise_stays_at_its_level() -> None:
    sample = replace(pictures(), s=torch.full((2,), 2.5, dtype=torch.float64))
    there = haar().encode(sample, context())
    assert there.s.tolist() == [2.5, 2.5]
    torch.testing.assert_close(there.x.square().sum(), sample.x.square().sum())


def test_decoded_latents_are_shown_as_pixels() -> None:
    sample = pictures()
    back = decode(encode(sample, haar(), run=RunContext(Meter())), haar(), run=RunContext(Meter()))
    assert torch.equal(pixels(back).pixels, pixels(sample).pixels)
