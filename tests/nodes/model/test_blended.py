"""The exact model of points under noise of any law: α-(de)blending and PFGM++, by Bayes and by where they lead."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.contracts.driving import solve
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.diagnosis.likelihood import likelihood
from nodes.exact.blended import Blended
from nodes.levels.flip import flip
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.levels.uniform_time import uniform_time
from nodes.model.empirical import empirical
from nodes.model.pfgmpp import pfgmpp
from nodes.noise import pfgmpp as prior
from nodes.noise.gaussian import gaussian
from nodes.noise.source import source
from nodes.process.flow import flow
from nodes.processes.adapted import Adapted
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.sources.independent import HALF_WIDTH
from nodes.sources.named import source_named
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.gaussian import context
from tests.nodes.model.laws import coefficients, jacobian, levels, points, x0_of

DATA = torch.tensor([[0.9, 0.2], [-0.5, 0.7], [-0.4, -0.8], [0.3, -0.3]], dtype=torch.float64)
WEIGHTS = torch.tensor([1.0, 2.0, 3.0, 4.0])
NAMES = ("laplace", "logistic", "pfgmpp-3", "pfgmpp-128")


def blended(name: str, data: Tensor = DATA, weights: Tensor = WEIGHTS) -> Blended:
    space = Space("points", tuple(data.shape[1:]), source=name)
    return Blended(space, data, weights, ("",) * len(data), source_named(name))


def clean(data: Tensor = DATA) -> Sample:
    zeros = torch.zeros(len(data), dtype=torch.float64)
    return Sample(data, zeros, Space("points", tuple(data.shape[1:])), Rows.first(0, len(data)))


def doubled(sample: Sample) -> Sample:
    return Sample(sample.x.double(), sample.s, sample.space, sample.rows)


@pytest.mark.parametrize("name", [*NAMES, "uniform"])
@pytest.mark.parametrize("s", [0.3, 2.0, 40.0])
def test_x0_is_the_mean_of_the_points_by_bayes(name: str, s: float) -> None:
    law, (alpha, sigma) = source_named(name), coefficients(s)
    x = alpha * DATA[:1] + sigma * torch.tensor([[0.4, -1.1], [-0.6, 0.2], [1.0, 1.3]], dtype=torch.float64)
    for point, answer in zip(x, x0_of(blended(name), x, s), strict=True):
        eps = (point - alpha * DATA) / sigma
        shares = WEIGHTS * law.log_density(eps, (2,)).exp()
        assert torch.allclose(answer, shares @ DATA / shares.sum(), atol=1e-12)


@pytest.mark.parametrize("name", [*NAMES, "uniform"])
def test_at_the_ends_nothing_breaks(name: str) -> None:
    model = blended(name)
    assert torch.allclose(x0_of(model, DATA, 0.0), DATA, atol=1e-12)
    middle = (WEIGHTS.double() / WEIGHTS.sum()) @ DATA
    assert torch.allclose(x0_of(model, 0.5 * points(), math.inf), middle.expand(5, 2), atol=1e-12)
    for s in (0.0, 1e-8, math.inf):
        for x in (points(), points().float()):
            x.requires_grad_()
            (slope,) = torch.autograd.grad(x0_of(model, x, s).sum(), x)
            assert bool(torch.isfinite(slope).all())


@pytest.mark.parametrize("name", NAMES)
def test_the_likelihood_is_a_density_and_the_score_its_gradient(name: str) -> None:
    line = torch.linspace(-30, 30, 401, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)
    total = blended(name).log_likelihood(grid, levels(2.0, grid)).exp().sum().item() * (60 / 400) ** 2
    assert total == pytest.approx(1, abs=2e-3)
    x, h = points(), 1e-6
    for place in range(2):
        shift = torch.zeros(2, dtype=torch.float64).index_fill(0, torch.tensor([place]), h)
        above, below = (blended(name).log_likelihood(x + sign * shift, levels(0.7, x)) for sign in (1, -1))
        assert torch.allclose(blended(name).score(x, levels(0.7, x))[:, place], (above - below) / (2 * h), atol=1e-7)


def test_gradients_of_the_answer_are_right() -> None:
    for name in NAMES:
        model, x, h = blended(name), points(), 1e-6
        slope = jacobian(model, x, 0.8)
        for place in range(2):
            shift = torch.zeros(2, dtype=torch.float64).index_fill(0, torch.tensor([place]), h)
            apart = (x0_of(model, x + shift, 0.8) - x0_of(model, x - shift, 0.8)) / (2 * h)
            assert torch.allclose(slope[:, :, place], apart, atol=1e-7)


def test_with_many_dimensions_it_is_the_gaussian_model() -> None:
    run = RunContext(Meter())
    normal = empirical(clean(), run=run)
    assert type(pfgmpp(clean(), augmented_dimension=math.inf, run=run)) is type(normal)
    for s in (0.2, 1.0, 5.0):
        expected = x0_of(normal, points(), s)
        apart = [
            float((x0_of(pfgmpp(clean(), augmented_dimension=many, run=run), points(), s) - expected).abs().max())
            for many in (1e2, 1e4, 1e6)
        ]
        assert apart[2] < 1e-4
        assert apart[2] < apart[1] / 50 < apart[0] / 2000


@pytest.mark.parametrize(("law", "share"), [("uniform", 0.3), ("laplace", 0.3), ("logistic", 0.65)])
def test_in_one_dimension_blending_takes_the_quantiles_of_the_source_to_those_of_the_data(
    law: str, share: float
) -> None:
    """What flows along a line keeps its order, so the lowest part of the noise ends at the lowest point."""
    ends = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    model = blended(law, ends, torch.tensor([share, 1 - share]))
    part = torch.cat([torch.linspace(0.02, share - 0.02, 12), torch.linspace(share + 0.02, 0.98, 12)]).double()
    bound = {
        "uniform": HALF_WIDTH * (2 * part - 1),
        "laplace": torch.where(part < 0.5, torch.log(2 * part), -torch.log(2 - 2 * part)) / math.sqrt(2),
        "logistic": torch.logit(part) * math.sqrt(3) / math.pi,
    }[law]
    noise = Sample(bound[:, None], torch.full((24,), math.inf).double(), model.space, Rows.first(0, 24))
    grid = uniform_log_snr(num_inference_steps=150, sigma_min=1e-3, sigma_max=200.0)
    reached = solve(model, euler(), noise, grid, context()).x[:, 0]
    assert torch.allclose(reached, torch.where(part < share, -1.0, 1.0).double(), atol=2e-3)


@pytest.mark.parametrize("augmented", [2.0, 128.0])
def test_heun_leads_from_the_prior_of_pfgmpp_to_the_data_in_their_proportions(augmented: float) -> None:
    count, shares = 1200, WEIGHTS.double() / WEIGHTS.sum()
    model = pfgmpp(clean(), augmented_dimension=augmented, weights=(1.0, 2.0, 3.0, 4.0), run=RunContext(Meter()))
    noise = doubled(prior.pfgmpp(model, augmented_dimension=augmented, count=count, seed=4))
    assert noise.space.source == model.space.source == f"pfgmpp-{augmented:g}"
    grid = karras(num_inference_steps=40, sigma_min=1e-3, sigma_max=300.0)
    reached = solve(model, heun(), noise, grid, context()).x
    apart, nearest = torch.cdist(reached, DATA).min(1)
    assert float((apart < 0.02).double().mean()) > 0.98
    found = torch.bincount(nearest, minlength=4) / count
    assert bool(((found - shares).abs() < 4 * torch.sqrt(shares * (1 - shares) / count)).all())


def test_the_wrong_noise_leads_elsewhere() -> None:
    """So that the proportions above can fail: heavy tails in the place of uniform noise."""
    ends = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    model = blended("uniform", ends, torch.tensor([0.3, 0.7]))
    noise = Sample(source(clean(ends), law="laplace", count=400).x.double(), torch.full((400,), math.inf).double(),
                   model.space, Rows.first(0, 400))  # fmt: skip
    grid = uniform_log_snr(num_inference_steps=60, sigma_min=1e-3, sigma_max=200.0)
    low = (solve(model, euler(), noise, grid, context()).x < 0).double().mean()
    assert float(low) < 0.25


def test_its_sampling_rule_is_eulers_on_the_grid_of_a_flow() -> None:
    """x += Δa D, D = E[data − noise], a = 1 − t: from the model itself, and from a network of that target."""
    model = blended("logistic")
    grid = uniform_time(flow(), num_inference_steps=12)
    noise = doubled(source(model, count=6, seed=2))
    blend = noise.x
    share = [1 / (1 + s) for s in grid.s.tolist()]
    for a, a_next in itertools.pairwise(share):
        s = (1 - a) / a if a else math.inf
        ours = blend / math.hypot(a, 1 - a)
        x0 = x0_of(model, ours, s)
        difference = x0 - (blend - a * x0) / (1 - a)
        blend = blend + (a_next - a) * difference
    found = solve(model, euler(), noise, grid, context()).x
    assert torch.allclose(found, blend, rtol=0, atol=1e-12)

    def raw(x: Tensor, time: Tensor, entries: object) -> Tensor:
        t = time[:, None]
        s = time / (1 - time)
        x0 = torch.cat(
            [x0_of(model, row[None], float(level)) for row, level in zip(x / torch.hypot(1 - t, t), s, strict=True)]
        )
        return x0 - (x - (1 - t) * x0) / t

    network = Adapted(raw, flow(), "iadb", model.space)
    assert torch.allclose(solve(network, euler(), noise, grid, context()).x, blend, rtol=0, atol=1e-12)


def test_the_likelihood_by_the_flow_knows_the_law_of_the_noise() -> None:
    for name in ("logistic", "pfgmpp-3"):
        model, x = blended(name), points()
        sample = Sample(x, levels(0.6, x), model.space, Rows.first(2, len(x)))
        found = finished(likelihood(sample, model, substeps=40, sigma_max=400.0, run=run_context()))
        told = torch.tensor(dict(found.table.columns)["log p"], dtype=torch.float64)
        assert torch.allclose(told, model.log_likelihood(x, sample.s), atol=2e-3)
        assert found.noise.space.source == name


def test_noise_of_another_law_is_refused_and_data_take_the_models() -> None:
    model, grid = blended("logistic"), karras(num_inference_steps=3)
    with pytest.raises(InputError, match="another law"):
        solve(model, heun(), gaussian(shape=(2,), count=2), grid, context())
    assert solve(model, heun(), clean(), flip(grid), context()).space.source == "logistic"
