"""The exact classifier as a reward."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.conversions import x0_shift
from nodes.contracts.reward import score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.reward.component import component
from tests.nodes.gaussian import Gaussian, context
from tests.nodes.model.laws import LEVELS, levels, mixture, points, x0_of
from tests.oracles import Oracle


def sample(x: Tensor, s: float) -> Sample:
    return Sample(x, levels(s, x), mixture().space, Rows.first(0, len(x)))


@pytest.mark.parametrize("s", LEVELS)
def test_guided_by_the_classifier_the_model_is_that_under_the_condition(s: float, oracle: Oracle) -> None:
    model, x = mixture(), points().requires_grad_()
    reward = component(model, text="right")
    (gradient,) = torch.autograd.grad(score(reward, sample(x, s), context()).sum(), x)
    guided = x0_of(model, x, s) + x0_shift(gradient, levels(s, x))
    apart = float((guided - x0_of(model, x, s, model.prompt(("right",)))).detach().abs().max())
    oracle("reward.component", "its gradient makes the conditional of the model", apart, 1e-8)


def test_probabilities_of_classes_that_share_nothing_sum_to_one() -> None:
    model, x = mixture(), points()
    both = [score(component(model, text=text), sample(x, 0.6), context()).exp() for text in ("left", "right")]
    assert torch.allclose(sum(both[1:], both[0]), torch.ones(5).double())


def test_pure_noise_has_the_probabilities_of_the_weights() -> None:
    found = score(component(mixture(), text="left\n2"), sample(points(4), math.inf), context()).exp()
    assert torch.allclose(found, torch.tensor([0.25, 0.5, 0.25, 0.5], dtype=torch.float64))


def test_a_model_without_components_is_refused() -> None:
    with pytest.raises(InputError, match="no components"):
        component(Gaussian())


def test_it_says_what_it_can() -> None:
    assert component(mixture()).abilities == {"noisy", "differentiable"}
