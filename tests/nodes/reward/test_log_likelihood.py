"""The exact log density as a reward."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.reward import score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.reward.log_likelihood import log_likelihood
from tests.nodes.gaussian import Gaussian, context
from tests.nodes.model.laws import levels, mixture, points
from tests.oracles import Oracle


@pytest.mark.parametrize("s", [0.0, 0.6, 5.0])
def test_its_slope_is_the_score_at_the_level(s: float, oracle: Oracle) -> None:
    model, x = mixture(), points().requires_grad_()
    sample = Sample(x, levels(s, x), model.space, Rows.first(0, len(x)))
    (gradient,) = torch.autograd.grad(score(log_likelihood(model), sample, context()).sum(), x)
    apart = (gradient - model.score(x.detach(), levels(s, x))).abs().max()
    oracle("reward.log_likelihood", "its gradient is the score of a mixture", float(apart), 1e-9)


def test_a_model_without_a_density_is_refused_and_abilities_are_told() -> None:
    with pytest.raises(InputError, match="no density"):
        log_likelihood(Gaussian())
    assert log_likelihood(mixture()).abilities == {"noisy", "differentiable"}
