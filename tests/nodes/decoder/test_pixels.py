"""Points to pictures."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.codec.haar import haar
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.decoder.pixels import pixels
from tests.nodes.gaussian import context
from tests.nodes.waiting import DEVICE, WaitedError, no_waiting


def sample_of(x: torch.Tensor) -> Sample:
    """A clean sample."""
    count = len(x)
    return Sample(x, torch.zeros(count, dtype=torch.float64), Space("pixels", tuple(x.shape[1:])), Rows.first(0, count))


def test_black_grey_white_and_what_lies_outside() -> None:
    x = torch.tensor([-1.0, 0.0, 1.0, -3.0, 3.0, -0.5]).reshape(1, 1, 2, 3)
    assert pixels(sample_of(x)).pixels.flatten().tolist() == [0, 128, 255, 0, 255, 64]


def test_channels_go_last() -> None:
    image = pixels(sample_of(torch.zeros(2, 3, 4, 5)))
    assert image.pixels.shape == (2, 4, 5, 3)
    assert image.pixels.dtype == torch.uint8


def test_the_finished_bytes_come_to_the_host() -> None:
    with no_waiting(), pytest.raises(WaitedError, match="copied back to the host"):
        pixels(sample_of(torch.zeros(2, 3, 4, 5)).to(DEVICE))


@pytest.mark.parametrize("event", [(2,), (2, 4, 4), (1, 1, 4, 4)])
def test_what_is_no_picture_is_refused(event: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="no picture"):
        pixels(sample_of(torch.zeros(1, *event)))


def test_latents_are_refused_with_the_codec_that_decodes_them() -> None:
    latents = haar().encode(sample_of(torch.zeros(1, 1, 4, 4)), context())
    with pytest.raises(InputError, match="no picture yet") as caught:
        pixels(latents)
    assert 'decoder.decode with the codec "haar-1"' in caught.value.mend
    assert pixels(haar().decode(latents, context())).pixels.shape == (1, 4, 4, 1)
