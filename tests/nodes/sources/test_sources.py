"""Laws of noise: their densities against their draws, and the noise of PFGM++ against what its paper says."""

from __future__ import annotations

import math
from importlib import import_module

import pytest
import torch

from graphs import InputError
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.sources.heavy_tailed import HeavyTailed, chi_square_quantile
from nodes.sources.named import source_named, start_noise

INTEGRATE, STATS = import_module("scipy.integrate"), import_module("scipy.stats")  # have no types
NAMES = ("uniform", "laplace", "logistic", "pfgmpp-3", "pfgmpp-128")
every_source = pytest.mark.parametrize("name", NAMES)


@every_source
def test_the_draws_have_the_density(name: str) -> None:
    source = source_named(name)
    drawn = source.draw(Rows.first(3, 2000), (1,)).double().flatten().numpy()

    def density(eps: float) -> float:
        return float(source.log_density(torch.tensor([[eps]], dtype=torch.float64), (1,)).exp())

    line = torch.linspace(-3, 3, 7).tolist()
    below = [INTEGRATE.quad(density, -60, edge, points=[-math.sqrt(3), math.sqrt(3)], limit=200)[0] for edge in line]
    for edge, part in zip(line, below, strict=True):
        assert (drawn <= edge).mean() == pytest.approx(part, abs=4 * 0.5 / math.sqrt(2000))


@pytest.mark.parametrize("name", ["uniform", "laplace", "logistic"])
def test_independent_noise_has_mean_0_and_variance_1(name: str) -> None:
    drawn = source_named(name).draw(Rows.first(1, 4), (10000,)).double()
    assert bool((drawn.mean(1).abs() < 0.04).all())
    assert bool((drawn.var(1) - 1).abs().max() < 0.1)


@every_source
def test_a_row_is_the_same_in_every_batch(name: str) -> None:
    source = source_named(name)
    assert torch.equal(source.draw(Rows.first(7, 5), (2, 3))[3:4], source.draw(Rows.first(7, 1, start=3), (2, 3)))


@pytest.mark.parametrize(("size", "augmented"), [(2, 1.0), (3, 64.0), (12, 2048.0)])
def test_the_length_is_the_square_root_of_beta_over_its_rest(size: int, augmented: float) -> None:
    """R = r √(B/(1 − B)), B ~ Beta(N/2, D/2), r = √D at s = 1; by Kolmogorov and Smirnov, and so its direction."""
    eps = HeavyTailed(augmented).draw(Rows.first(11, 1500), (size,)).double()
    square = eps.square().sum(1) / augmented
    assert STATS.kstest((square / (1 + square)).numpy(), STATS.beta(size / 2, augmented / 2).cdf).pvalue > 0.01
    first = (eps[:, 0] / eps.norm(dim=1)).square()
    assert STATS.kstest(first.numpy(), STATS.beta(0.5, (size - 1) / 2).cdf).pvalue > 0.01


def test_with_many_dimensions_the_length_is_that_of_normal_noise() -> None:
    rows, space = Rows.first(2, 1500), Space("points", (5,))
    eps = HeavyTailed(1e6).draw(rows, (5,))
    assert STATS.kstest(eps.double().norm(dim=1).numpy(), STATS.chi(5).cdf).pvalue > 0.01
    torch.testing.assert_close(eps, start_noise(space, rows), rtol=6e-3, atol=0)


def test_the_density_of_heavy_tails_is_the_kernel_of_the_paper() -> None:
    """∝ (|y − x0|² + r²)^(−(N + D)/2) at r = s √D."""
    eps, s, augmented = torch.tensor([[0.3, -1.0], [2.0, 5.0]], dtype=torch.float64), 0.7, 6.0
    logs = HeavyTailed(augmented).log_density(eps, (2,))
    radius = s * math.sqrt(augmented)
    kernel = -(2 + augmented) / 2 * torch.log((s * eps).square().sum(1) + radius**2)
    assert float(logs[0] - logs[1]) == pytest.approx(float(kernel[0] - kernel[1]), abs=1e-12)


@pytest.mark.parametrize("degrees", [1.0, 2.0, 7.5, 128.0, 1e6])
def test_the_quantiles_of_chi_square(degrees: float) -> None:
    part = torch.tensor([1e-9, 1e-3, 0.1, 0.5, 0.9, 0.999], dtype=torch.float64)
    expected = torch.tensor(STATS.chi2.ppf(part.numpy(), degrees))
    torch.testing.assert_close(chi_square_quantile(part, degrees), expected, rtol=1e-9, atol=0)


def test_a_law_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="no such law"):
        source_named("cauchy")
