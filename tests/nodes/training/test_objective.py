"""The loss is that of EDM, levels are spread as the recipe says, texts are left out as often as it says."""

from __future__ import annotations

import math

import torch

from nodes.contracts.rows import Rows
from nodes.training.objective import drawn_levels, dropped_texts, loss, noise_of
from tests.nodes.networks.examples import SMALL, random_network
from tests.nodes.training.toys import RECIPE

ROWS = Rows.first(0, 400)


def test_the_loss_is_that_of_the_paper() -> None:
    network, rows = random_network(), ROWS.take(torch.arange(3))
    pictures, noise = noise_of(rows, (1, 8, 8), 1), noise_of(rows, (1, 8, 8), 2)
    s = torch.tensor([0.02, 1.0, 30.0], dtype=torch.float64)
    texts, data = ["one", "cat", ""], SMALL.sigma_data
    beside = s[:, None, None, None]
    query = (pictures + beside * noise) / (1 + beside**2).sqrt()
    guess = network(query.float(), s, *network.encode(texts))
    weight = (beside**2 + data**2) / (beside * data) ** 2
    expected = (weight * (guess - pictures) ** 2).mean()
    torch.testing.assert_close(loss(network, pictures, texts, s, noise).double(), expected, rtol=1e-3, atol=0)


def test_levels_are_log_normal() -> None:
    logarithms = drawn_levels(RECIPE, ROWS, 0).log()
    assert abs(float(logarithms.mean()) - RECIPE.level_mean) < 0.02
    assert abs(float(logarithms.std()) - RECIPE.level_deviation) < 0.05


def test_every_batch_has_a_level_of_each_part() -> None:
    logarithms = drawn_levels(RECIPE, ROWS, 7).log()
    shares = 0.5 * (1 + torch.erf((logarithms - RECIPE.level_mean) / (RECIPE.level_deviation * math.sqrt(2))))
    assert (shares * len(ROWS)).floor().long().tolist() == list(range(len(ROWS)))


def test_about_a_tenth_of_the_texts_is_left_out_and_the_rest_stays_in_place() -> None:
    texts = [str(number) for number in range(400)]
    kept = dropped_texts(RECIPE, ROWS, 0, texts)
    left_out = [number for number, text in enumerate(kept) if not text]
    assert 20 < len(left_out) < 60
    assert all(text in ("", str(number)) for number, text in enumerate(kept))
    assert dropped_texts(RECIPE, ROWS, 1, texts) != kept
