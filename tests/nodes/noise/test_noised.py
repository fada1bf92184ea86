"""Noise on a clean sample, as img2img begins."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.codec.haar import haar
from nodes.contracts.codec import from_latents, to_latents
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, eps_of
from nodes.contracts.media import Image
from nodes.contracts.sample import Sample
from nodes.levels.explicit import explicit
from nodes.noise.gaussian import gaussian
from nodes.noise.noised import noised
from nodes.picture.sample import sample
from nodes.solver.heun import heun
from tests.nodes.exact_tokens import masked
from tests.nodes.gaussian import Gaussian, context

GREY = sample(Image(torch.full((2, 64, 64, 1), 180, dtype=torch.uint8)), seed=3)
FROM_TWO = explicit(sigmas=(2.0, 0.5, 0.0))


def noise_in(found: Sample, clean: Sample = GREY) -> torch.Tensor:
    """The ε that was put in."""
    x0 = clean.x.repeat_interleave(len(found.x) // len(clean.x), 0)
    return eps_of(found.x, x0, found.s)


def correlation(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]).double())[0, 1])


def test_it_is_the_formula_at_the_first_level() -> None:
    found = noised(GREY, FROM_TWO)
    assert found.s.tolist() == [2, 2]
    eps = noise_in(found)
    assert float(eps.mean()) == pytest.approx(0, abs=0.05)
    assert float(eps.std()) == pytest.approx(1, abs=0.05)
    torch.testing.assert_close(found.x, (GREY.x + 2 * eps) / math.sqrt(5), rtol=0, atol=1e-6)


def test_a_sampler_goes_on_from_there() -> None:
    clean = replace(GREY, x=GREY.x.double())
    ended = solve(Gaussian(0.4, 0.3, (1, 64, 64)), heun(), noised(clean, FROM_TWO), FROM_TWO, context())
    assert ended.s.tolist() == [0, 0]


def test_the_noise_is_never_the_one_that_the_sample_came_from() -> None:
    start = gaussian(GREY, count=2, seed=3)
    assert torch.equal(start.rows.seed, GREY.rows.seed), "one lineage"
    assert abs(correlation(noise_in(noised(GREY, FROM_TWO)), start.x)) < 0.05
    model = Gaussian(0.0, 1.0, (1, 64, 64))  # hands the noise through as it is
    made = solve(model, heun(), start, explicit(sigmas=(80.0, 2.0, 0.0)), context())
    assert correlation(made.x, start.x) > 0.9
    assert abs(correlation(noise_in(noised(made, FROM_TWO), made), made.x)) < 0.05


def test_seeds_rows_and_variations_differ_and_a_row_is_itself_in_every_batch() -> None:
    found = noised(GREY, FROM_TWO, variations=3)
    assert found.rows.origin.tolist() == [0, 0, 0, 1, 1, 1]
    drawn = [*noise_in(found), *noise_in(noised(GREY, FROM_TWO, seed=1))]
    alike = [correlation(one, other) for place, one in enumerate(drawn) for other in drawn[:place]]
    assert max(map(abs, alike)) < 0.06
    assert len(set(found.rows.seed.tolist())) == 6
    second = noised(GREY.take(torch.tensor([1])), FROM_TWO, variations=2)
    assert torch.equal(second.x, found.x[3:5])
    assert torch.equal(noised(GREY, FROM_TWO, variations=3).x, found.x)


def test_at_pure_noise_nothing_is_left_and_at_data_all() -> None:
    pure = noised(GREY, explicit(sigmas=(math.inf, 0.0)))
    torch.testing.assert_close(pure.x, noise_in(noised(GREY, FROM_TWO)), rtol=0, atol=1e-6)
    assert torch.equal(noised(GREY, explicit(sigmas=(0.0, 1.0))).x, GREY.x)


def test_levels_of_rows_and_of_places_are_taken() -> None:
    by_row = Levels(torch.tensor([[2.0, 0.5], [0.0, 0.0]], dtype=torch.float64))
    assert noised(GREY, by_row).s.tolist() == [2.0, 0.5]
    places = torch.zeros(2, 1, 1, 64, 64, dtype=torch.float64)
    places[0, ..., 32:] = 1.0
    found = noised(GREY, Levels(places))
    assert torch.equal(found.x[..., :32], GREY.x[..., :32])
    assert not torch.equal(found.x[..., 32:], GREY.x[..., 32:])


def test_latents_stay_latents_and_their_noise_is_white_for_the_eye_too() -> None:
    latents = to_latents(haar(), GREY, context())
    found = noised(latents, FROM_TWO)
    assert found.space == latents.space
    eps = noise_in(from_latents(haar(), found, context()))
    assert float(eps.std()) == pytest.approx(1, abs=0.05)


def test_what_is_noised_already_or_made_of_tokens_is_refused() -> None:
    for wrong in (gaussian(GREY, count=1), noised(GREY, FROM_TWO), masked(1)):
        with pytest.raises(InputError, match="no clean points"):
            noised(wrong, FROM_TWO)
