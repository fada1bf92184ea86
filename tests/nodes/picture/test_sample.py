"""Pictures as points."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.codec.haar import haar
from nodes.contracts.codec import to_latents
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.decoder.pixels import pixels
from nodes.noise.gaussian import gaussian
from nodes.picture.sample import sample
from tests.nodes.exact_tokens import masked
from tests.nodes.gaussian import context, pure_noise

EVERY = Image(torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1))
COLOURS = Image(torch.tensor([[[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]]], dtype=torch.uint8))


def test_black_is_minus_one_and_white_is_one_and_all_bytes_come_back() -> None:
    found = sample(EVERY)
    assert found.x.shape == (1, 1, 16, 16)
    assert found.x.dtype == torch.float32
    assert (float(found.x.min()), float(found.x.max())) == (-1, 1)
    assert found.s.tolist() == [0]
    assert (found.space.name, found.space.event, found.space.codec) == ("pixels", (1, 16, 16), None)
    assert torch.equal(pixels(found).pixels, EVERY.pixels)


def test_it_has_the_channels_of_the_model() -> None:
    grey = sample(COLOURS, gaussian(shape=(1, 2, 2), count=1))
    assert torch.equal(pixels(grey).pixels[..., 0], torch.tensor([[[76, 150], [29, 255]]], dtype=torch.uint8))
    colours = sample(EVERY, gaussian(shape=(3, 16, 16), count=1))
    assert torch.equal(pixels(colours).pixels, EVERY.pixels.expand(-1, -1, -1, 3))


def test_for_latents_it_is_rgb_of_any_size() -> None:
    latents = to_latents(haar(), sample(COLOURS), context())
    assert sample(EVERY, latents).space.event == (3, 16, 16)


def test_rows_take_the_pictures_in_turn_and_have_lineages_of_their_own() -> None:
    two = Image(torch.tensor([0, 255], dtype=torch.uint8).reshape(2, 1, 1, 1))
    found = sample(two, count=3, seed=4)
    assert found.x.flatten().tolist() == [-1, 1, -1]
    assert torch.equal(found.rows.seed, Rows.first(4, 3).seed)
    assert found.rows.origin.tolist() == [0, 1, 2]
    assert len(sample(two).rows) == 2
    assert torch.equal(sample(two, count=1, seed=4).rows.seed, found.rows.seed[:1])


@pytest.mark.parametrize(
    ("image", "shape", "told"),
    [(EVERY, (1, 8, 16), "another size"), (COLOURS, (4, 2, 2), "other channels")],
)
def test_pictures_that_the_model_does_not_fit_are_refused(image: Image, shape: tuple[int, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        sample(image, gaussian(shape=shape, count=1))


def test_alpha_is_not_dropped_in_silence() -> None:
    whole = Image(torch.zeros(1, 2, 2, 4, dtype=torch.uint8))
    with pytest.raises(InputError, match="other channels") as caught:
        sample(whole, gaussian(shape=(3, 2, 2), count=1))
    assert 'alpha "lay"' in caught.value.mend
    assert sample(whole).space.event == (4, 2, 2)


def test_what_is_no_picture_is_refused() -> None:
    for like in (pure_noise(1), masked(1)):
        with pytest.raises(InputError, match="no such point"):
            sample(EVERY, like)
