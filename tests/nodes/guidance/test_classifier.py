"""Classifier and discriminator guidance against exact laws."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from nodes.guidance.classifier import classifier
from nodes.guidance.conditional import conditional
from nodes.guidance.discriminator import discriminator
from nodes.model.gaussian import gaussian
from nodes.model.mixture import mixture
from nodes.reward.component import component
from nodes.reward.linear import linear
from nodes.reward.log_likelihood import log_likelihood
from nodes.solver.heun import heun
from tests.nodes.gaussian import context, pure_noise, query
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
LEVELS = (0.02, 0.3, 1.3, 20.0)
LAW = mixture(
    preset="own", dimension=2, means=(1.0, 0.0, -0.5, 1.0, 0.2, -1.0), covariances=(0.3, 0.1, 0.1, 0.2), names="a\nb\nc"
)
GIVEN = component(LAW, text="b")
WRONG = gaussian(mean=(0.3, -0.2), covariance=(0.5, 0.1, 0.1, 0.4))
RIGHT = gaussian(mean=(1.0, 0.4), covariance=(0.3, -0.1, -0.1, 0.9))


class Logit(Reward):
    """log p_data − log p_model."""

    abilities = frozenset({"noisy", "differentiable", "composed"})

    def __init__(self, data: Reward, model: Reward) -> None:
        self.data, self.model = data, model

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The best discriminator's logit."""
        return score(self.data, sample, ctx) - score(self.model, sample, ctx)


BEST = Logit(log_likelihood(RIGHT), log_likelihood(WRONG))


def apart(one: Model, other: Model) -> float:
    """How far two models differ at all levels."""
    answers = [[predict(model, query(X, s), context()).x0 for model in (one, other)] for s in LEVELS]
    return max(float((a - b).abs().max()) for a, b in answers)


def test_an_exact_classifier_at_scale_one_is_the_conditional_model(oracle: Oracle) -> None:
    expected = conditional(LAW, LAW.prompt(("b",)))
    oracle("guidance.classifier", "exact p(k|x), scale 1: model under k", apart(classifier(LAW, GIVEN), expected), 1e-9)


def test_at_any_scale_it_is_classifier_free_guidance(oracle: Oracle) -> None:
    expected = cfg(LAW, LAW.prompt(("b",)), guidance_scale=3.0)
    found = classifier(LAW, GIVEN, classifier_scale=3.0)
    oracle("guidance.classifier", "exact p(k|x), scale w: CFG with w", apart(found, expected), 1e-9)


def test_the_best_discriminator_restores_the_score_of_the_data(oracle: Oracle) -> None:
    oracle("guidance.discriminator", "the best logit: the data's x0", apart(discriminator(WRONG, BEST), RIGHT), 1e-9)


def test_samples_of_a_wrong_model_become_those_of_the_data(oracle: Oracle) -> None:
    grid = Levels(torch.cat([torch.logspace(1.5, -2, 8, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))
    noise = pure_noise(4)
    found = solve(
        discriminator(WRONG, BEST), heun(), Sample(noise.x, noise.s, RIGHT.space, noise.rows), grid, context()
    )
    expected = solve(RIGHT, heun(), Sample(noise.x, noise.s, RIGHT.space, noise.rows), grid, context())
    oracle("guidance.discriminator", "samples of the data", float((found.x - expected.x).abs().max()), 1e-8)


def test_without_weight_and_outside_the_interval_it_is_the_model_and_no_reward_is_asked() -> None:
    for model in (classifier(LAW, GIVEN, classifier_scale=0.0), discriminator(LAW, GIVEN, sigma_min=2.0)):
        ctx = context()
        answer = predict(model, query(X, 1.3), ctx).x0
        assert torch.equal(answer, predict(LAW, query(X, 1.3), context()).x0)
        assert (ctx.meter.rows, ctx.meter.rewards) == (4, 0)


def test_it_costs_a_reward_and_no_pass_back_through_the_model() -> None:
    ctx = context()
    answer = predict(classifier(LAW, GIVEN), query(X, 1.3), ctx)
    assert (ctx.meter.rows, ctx.meter.rewards, ctx.meter.backwards, ctx.meter.launches) == (4, 4, 0, 1)
    assert not answer.x0.requires_grad
    assert torch.equal(
        answer.aux["/log_probability"], GIVEN.score(Sample(X, query(X, 1.3).s, LAW.space, query(X, 1.3).rows), ctx)
    )


def test_in_pure_noise_nothing_is_pulled() -> None:
    q = query(X, math.inf)
    assert torch.equal(predict(classifier(LAW, GIVEN), q, context()).x0, predict(LAW, q, context()).x0)


def test_each_row_has_the_scale_of_its_level() -> None:
    levels = torch.tensor([0.5, 1.5, 1.0, 9.0], dtype=torch.float64)
    q = query(X, 1.0)
    both = Query(X, levels, levels, q.rows, q.step)
    found = predict(discriminator(LAW, GIVEN, sigma_min=0.7, sigma_max=2.0), both, context()).x0
    bare, pulled = (predict(model, both, context()).x0 for model in (LAW, discriminator(LAW, GIVEN)))
    assert torch.equal(found[[0, 3]], bare[[0, 3]])
    assert torch.equal(found[[1, 2]], pulled[[1, 2]])


@pytest.mark.parametrize("build", [classifier, discriminator])
def test_a_reward_without_gradients_is_refused(build: object) -> None:
    class Flat(Logit):
        abilities = frozenset({"noisy"})

    assert callable(build)
    with pytest.raises(InputError, match="no gradients"):
        build(LAW, Flat(linear(), linear()))
