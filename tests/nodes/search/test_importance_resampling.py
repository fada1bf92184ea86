"""One of several tries, drawn by weight. Data N(0, 1) tilted by exp(λ x) is N(λ, 1)."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError, Keep
from graphs.running.context import Meter
from nodes.levels.karras import karras
from nodes.reward.diversity import diversity
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.search.importance_resampling import importance_resampling
from nodes.search.program import program
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.exact import ExactReverse
from tests.nodes.search.running import finished, numbers, run_with, told
from tests.oracles import Oracle

OVER = program(Gaussian(event=(1,)), heun(), karras(num_inference_steps=8))
EXACT = program(Gaussian(event=(1,)), ExactReverse(), karras(num_inference_steps=2))


def test_the_samples_have_the_tilted_mean_and_the_weights_its_normaliser(oracle: Oracle) -> None:
    strength, rows = 1.0, 150
    found = finished(
        importance_resampling(pure_noise(rows, (1,)), EXACT, linear(), candidates=64, strength=strength, run=run_with())
    )
    mean = float(found.sample.x.mean())
    oracle("search.importance_resampling", "mean λ of N(0, 1) tilted", abs(mean - strength), 4 / math.sqrt(rows) + 0.02)
    normaliser = torch.tensor(numbers(found.weights, "log normaliser"), dtype=torch.float64).exp().mean().log()
    oracle("search.importance_resampling", "log normaliser λ²/2", abs(float(normaliser) - 0.5), 0.08)
    size = sum(numbers(found.weights, "effective size")) / rows
    assert 64 * math.exp(-1) < size < 64 * math.exp(-1) * 1.5, "(E w)²/E w² = exp(−λ²) of the candidates, and a little"


def test_one_candidate_is_the_sample_and_no_strength_draws_evenly() -> None:
    noise = pure_noise(300, (1,))
    alone = finished(importance_resampling(noise, OVER, linear(), candidates=1, run=run_with()))
    assert torch.equal(alone.sample.x, OVER.run(noise, context()).x)
    barred = scored_by(lambda x: torch.full((len(x),), -torch.inf), space="any")
    even = finished(importance_resampling(noise, OVER, barred, candidates=3, strength=0.0, run=run_with()))
    first = float((even.sample.x == alone.sample.x).double().mean())
    assert abs(first - 1 / 3) < 4 * math.sqrt(2 / 9 / 300)
    assert numbers(even.weights, "effective size") == [pytest.approx(3.0)] * 300


def test_what_was_cut_short_goes_on_to_the_same_end_and_costs_the_rest() -> None:
    meter = Meter()
    whole, said = told(importance_resampling(pure_noise(3, (1,)), OVER, linear(), candidates=5, run=run_with(meter)))
    assert meter.rows == 3 * 5 * 15
    kept = [entry.value for entry in said if isinstance(entry, Keep)]
    again = Meter()
    rest = finished(
        importance_resampling(pure_noise(3, (1,)), OVER, linear(), candidates=5, run=run_with(again, kept[2]))
    )
    assert torch.equal(rest.sample.x, whole.sample.x)
    assert rest.rewards.columns == whole.rewards.columns
    assert again.rows == 3 * 2 * 15


def test_rewards_that_compare_rows_are_refused() -> None:
    with pytest.raises(InputError, match="compares rows"):
        finished(importance_resampling(pure_noise(1, (1,)), OVER, diversity(), run=run_with()))
