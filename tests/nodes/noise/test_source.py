"""Noise of other laws: which nodes draw it, and who refuses it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.population import siblings
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.noise.gaussian import gaussian
from nodes.noise.pfgmpp import pfgmpp
from nodes.noise.source import source
from nodes.solver.churn import churn
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from nodes.sources.named import start_noise
from tests.nodes.gaussian import Gaussian, context

LEVELS = Levels(torch.tensor([5.0, 1.0, 0.0], dtype=torch.float64))


def like(law: str | None) -> Sample:
    space = Space("points", (3,), source=law)
    return Sample(torch.zeros(1, 3), torch.zeros(1).double(), space, Rows.first(0, 1))


def test_the_law_is_that_of_like_unless_it_is_set() -> None:
    drawn = source(like("laplace"), count=4, seed=3)
    assert drawn.space.source == "laplace"
    assert torch.equal(drawn.x, start_noise(drawn.space, drawn.rows))
    assert torch.equal(drawn.x, source(like(None), law="laplace", count=4, seed=3).x)
    assert torch.equal(source(like(None), seed=3).x, gaussian(like(None), seed=3).x)
    assert torch.equal(source(pfgmpp(like(None)), seed=3).x, pfgmpp(like(None), seed=3).x)
    assert bool(torch.isinf(drawn.s).all())


def test_noise_that_the_model_was_not_made_for_is_refused() -> None:
    with pytest.raises(InputError, match="noise of another law") as caught:
        gaussian(like("uniform"))
    assert "noise.source" in caught.value.mend
    with pytest.raises(InputError, match="noise of another law"):
        source(like("uniform"), law="logistic")
    with pytest.raises(InputError, match="another law"):
        pfgmpp(like("pfgmpp-64"), augmented_dimension=128)
    with pytest.raises(InputError, match="no shape"):
        source()


def test_infinitely_many_dimensions_are_gaussian_noise() -> None:
    found, expected = pfgmpp(like(None), augmented_dimension=math.inf, seed=9), gaussian(like(None), seed=9)
    assert torch.equal(found.x, expected.x)
    assert found.space.source is None


def test_a_solver_that_draws_refuses_it_and_one_that_does_not_takes_it() -> None:
    noise, model = pfgmpp(count=2, shape=(2,)), Gaussian()
    for drawing in (ddim(eta=0.5), churn(heun(), s_churn=10.0)):
        with pytest.raises(InputError, match="draws normal noise"):
            solve(model, drawing, noise, LEVELS, context())
    for deterministic in (heun(), ddim(eta=0.0), churn(heun(), s_churn=0.0)):
        assert torch.isfinite(solve(model, deterministic, noise, LEVELS, context()).x).all()


def test_candidates_for_a_row_have_noise_of_the_same_law() -> None:
    noise = source(like("uniform"), count=50)
    wide = siblings(noise, 4, "k")
    assert len({tuple(row) for row in wide.x.tolist()}) == 200
    assert float(wide.x.abs().max()) <= math.sqrt(3) + 1e-6
    plain = replace(noise, space=replace(noise.space, source=None))
    assert float(siblings(plain, 4, "k").x.abs().max()) > math.sqrt(3)
