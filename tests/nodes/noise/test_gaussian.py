"""The noise node."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.contracts.space import Space
from nodes.model.table import table
from nodes.noise.gaussian import gaussian
from tests.nodes.gaussian import Gaussian


def test_a_larger_batch_begins_with_the_same_pictures() -> None:
    assert torch.equal(gaussian(seed=5, count=8, shape=(1, 4, 4)).x[:3], gaussian(seed=5, count=3, shape=(1, 4, 4)).x)


def test_first_gives_one_row_alone() -> None:
    batch = gaussian(seed=5, count=8, shape=(2,))
    one = gaussian(seed=5, count=1, first=3, shape=(2,))
    assert torch.equal(one.x[0], batch.x[3])
    assert one.rows.origin.tolist() == [3]


def test_it_takes_the_shape_of_a_model_or_of_a_sample() -> None:
    by_model = gaussian(Gaussian(event=(3, 2)), count=2)
    assert by_model.x.shape == (2, 3, 2)
    assert gaussian(by_model, count=5).x.shape == (5, 3, 2)
    assert torch.isinf(by_model.s).all()


@pytest.mark.parametrize("shape", [(), (0, 3), (2, -1)])
def test_noise_without_a_shape_says_how_to_give_one(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="no shape") as caught:
        gaussian(shape=shape)
    assert "like" in caught.value.mend


def test_a_batch_beyond_memory_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(InputError, match="too large"):
        gaussian(count=65536, shape=(3, 1024, 1024))


def test_tokens_are_refused_with_the_noise_that_they_have() -> None:
    with pytest.raises(InputError, match="tokens") as caught:
        gaussian(table(run=RunContext(Meter())))
    assert "noise.masked" in caught.value.mend


def test_sides_are_told_in_pixels_of_the_picture_and_latents_have_cells() -> None:
    like = replace(gaussian(shape=(4, 8, 8)), space=Space("latents", (4, 8, 8), codec="of eight", cell=8))
    made = gaussian(like, count=1, width=128, height=32)
    assert (made.space.event, made.space.codec, made.space.cell) == ((4, 4, 16), "of eight", 8)
    assert made.x.shape == (1, 4, 4, 16)
    assert gaussian(like, count=1, height=32).space.event == (4, 4, 8)


@pytest.mark.parametrize("sides", [(12, 0), (0, 30)])
def test_sides_that_the_cells_do_not_divide_are_refused(sides: tuple[int, int]) -> None:
    like = replace(gaussian(shape=(4, 8, 8)), space=Space("latents", (4, 8, 8), codec="of eight", cell=8))
    with pytest.raises(InputError, match="multiples of 8"):
        gaussian(like, width=sides[0], height=sides[1])


def test_points_that_are_no_pictures_have_no_sides() -> None:
    with pytest.raises(InputError, match="sides"):
        gaussian(shape=(5,), width=8)
