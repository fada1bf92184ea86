"""Correlated noise: its covariance, the way to white noise and back, and diffusions in it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.codec.correlated import Whitening, correlated
from nodes.codec.haar import haar
from nodes.contracts.codec import Codec, from_latents, to_latents
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.exact.components import Components
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.model import correlated as under
from nodes.model.empirical import empirical
from nodes.model.gaussian import gaussian
from nodes.model.mixture import mixture
from nodes.model.whitened import whitened
from nodes.noise.gaussian import gaussian as white_noise
from nodes.noise.source import source
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.heun import heun
from nodes.sources.correlated import Correlated, KernelName
from nodes.sources.named import source_named
from tests.nodes.exact import log_normal
from tests.nodes.gaussian import context
from tests.nodes.model.laws import points, x0_of

EVENT = (2, 4, 3)
KERNELS: tuple[tuple[KernelName, float], ...] = (("ou", 2.5), ("shared", 0.7))
every_kernel = pytest.mark.parametrize(("kernel", "strength"), KERNELS)
MEAN, STD = (0.4, -0.6, 0.1, 0.9), (0.5, 0.2, 0.9, 0.4)


def codec(kernel: KernelName = "ou", axis: int = 0) -> Codec:
    return correlated(kernel=kernel, axis=axis, length=2.5, share=0.7)


def exact() -> Components:
    made = under.correlated(gaussian(mean=MEAN, std=STD), codec())
    assert isinstance(made, Components)
    return made


def matrix(kernel: KernelName, size: int) -> Tensor:
    """K, number by number."""
    rows = [
        [1.0 if i == j else math.exp(-abs(i - j) / 2.5) if kernel == "ou" else 0.7 for j in range(size)]
        for i in range(size)
    ]
    return torch.tensor(rows, dtype=torch.float64)


def doubled(sample: Sample) -> Sample:
    return replace(sample, x=sample.x.double())


@every_kernel
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_noise_has_the_covariance_of_the_kernel_along_its_axis(
    kernel: KernelName, strength: float, axis: int
) -> None:
    law = source_named(Correlated(kernel, axis, strength).name)
    eps = law.draw(Rows.first(0, 3000), EVENT).double()
    lines = torch.movedim(eps, 1 + axis, -1).reshape(-1, EVENT[axis])
    assert torch.allclose(lines.mT.cov(), matrix(kernel, EVENT[axis]), atol=0.04)
    other = torch.movedim(eps, 1 + axis, -1).reshape(3000, -1, EVENT[axis])[:, :2, 0]
    assert abs(float(other.mT.corrcoef()[0, 1])) < 0.08


@every_kernel
def test_the_colouring_is_a_root_of_the_kernel(kernel: KernelName, strength: float) -> None:
    colouring = Correlated(kernel, 0, strength).colouring((5,))
    root = colouring.colour(torch.eye(5, dtype=torch.float64)).mT
    assert torch.allclose(root @ root.mT, matrix(kernel, 5), atol=1e-14)
    assert float(torch.linalg.slogdet(root)[1]) == pytest.approx(colouring.log_volume(), abs=1e-12)


@every_kernel
def test_the_density_is_that_of_a_normal_law_with_this_covariance(kernel: KernelName, strength: float) -> None:
    law, eps = Correlated(kernel, 1, strength), torch.randn(3, 24, dtype=torch.float64)
    whole = torch.kron(torch.kron(torch.eye(2), matrix(kernel, 4)), torch.eye(3)).double()
    expected = log_normal(eps, torch.zeros(24).double(), whole)
    assert torch.allclose(law.log_density(eps, EVENT), expected, atol=1e-10)


@every_kernel
def test_whitening_goes_there_and_back_and_whitens_the_noise(kernel: KernelName, strength: float) -> None:
    own = codec(kernel, axis=1)
    plain = doubled(white_noise(shape=EVENT, count=5, seed=3))
    noise = doubled(source(replace(plain, space=replace(plain.space, source=own.name)), count=5, seed=3))
    latents = to_latents(own, noise, context())
    assert torch.allclose(latents.x, plain.x, atol=1e-6)
    assert (latents.space.codec, latents.space.source) == (own.name, None)
    back = from_latents(own, latents, context())
    assert torch.allclose(back.x, noise.x, atol=1e-12)
    assert (back.space.codec, back.space.source) == (None, own.name)


def test_what_is_not_its_own_is_refused() -> None:
    plain = white_noise(shape=EVENT, count=2)
    with pytest.raises(InputError, match="cannot be whitened"):
        to_latents(codec(), plain, context())
    with pytest.raises(InputError, match="along this axis"):
        to_latents(codec(axis=5), replace(plain, s=torch.zeros(2).double()), context())
    latents = to_latents(codec(), replace(plain, s=torch.zeros(2).double()), context())
    with pytest.raises(InputError, match="not the codec's latents"):
        from_latents(codec("shared"), latents, context())
    with pytest.raises(InputError, match="no coordinates of correlated noise"):
        whitened(mixture(), haar())
    with pytest.raises(InputError, match="no coordinates of correlated noise"):
        under.correlated(mixture(), haar())
    with pytest.raises(InputError, match="not of the codec's noise"):
        whitened(exact(), codec("shared"))
    with pytest.raises(InputError, match="is not known"):
        under.correlated(whitened(mixture(), codec()), codec())


@pytest.mark.parametrize("s", [0.2, 1.0, 6.0])
def test_the_exact_model_is_bayes_under_correlated_noise(s: float) -> None:
    """E[x0 | y] = m + C (C + s² K)⁻¹ (y − m), y = x √(1 + s²)."""
    x = torch.randn(3, 4, dtype=torch.float64)
    mean, covariance = torch.tensor(MEAN).double(), torch.diag(torch.tensor(STD).double().square())
    noised = covariance + s * s * matrix("ou", 4)
    expected = mean + (x * math.sqrt(1 + s * s) - mean) @ torch.linalg.inv(noised) @ covariance
    assert torch.allclose(x0_of(exact(), x, s), expected, atol=1e-12)
    law = log_normal(x * math.sqrt(1 + s * s), mean, noised)
    level = torch.full((3,), s, dtype=torch.float64)
    assert torch.allclose(exact().log_likelihood(x, level), law + 2 * math.log(1 + s * s), atol=1e-10)


def test_the_exact_model_of_points_and_of_components() -> None:
    data = Sample(points(4), torch.zeros(4).double(), Space("points", (2,)), Rows.first(0, 4))
    x, covariance = points(), matrix("ou", 2)
    found = x0_of(under.correlated(empirical(data, run=RunContext(Meter())), codec()), x, 0.7)
    apart = x[:, None] * math.sqrt(1 + 0.49) - data.x
    logs = -0.5 * torch.einsum("bkd,de,bke->bk", apart, torch.linalg.inv(0.49 * covariance), apart)
    assert torch.allclose(found, torch.softmax(logs, 1) @ data.x, atol=1e-12)
    law = mixture(preset="spiral", components=6, names="a\nb")
    own = under.correlated(law, codec())
    both = (own.prompt(("a",)), law.prompt(("a",)))
    ours, theirs = (x0_of(model, 0 * x, math.inf, cond) for model, cond in zip((own, law), both, strict=True))
    assert torch.allclose(ours, theirs, atol=1e-12)


def test_in_white_coordinates_it_is_the_standard_model() -> None:
    model = whitened(exact(), codec())
    assert isinstance(codec(), Whitening)
    root = torch.linalg.cholesky(matrix("ou", 4))
    inverse = torch.linalg.inv(root)
    mean = inverse @ torch.tensor(MEAN).double()
    covariance = inverse @ torch.diag(torch.tensor(STD).double().square()) @ inverse.mT
    plain = gaussian(mean=tuple(mean.tolist()), covariance=tuple(((covariance + covariance.mT) / 2).flatten().tolist()))
    z = torch.randn(3, 4, dtype=torch.float64)
    for s in (0.0, 0.5, 4.0, math.inf):
        assert torch.allclose(x0_of(model, z, s), x0_of(plain, z, s), atol=1e-10)


def test_both_ways_of_sampling_are_one() -> None:
    """Correlated noise with the model itself, and white noise with the whitened model, decoded."""
    grid = uniform_log_snr(num_inference_steps=20, sigma_min=0.01, sigma_max=30.0)
    direct = solve(exact(), heun(), doubled(source(exact(), count=4, seed=8)), grid, context())
    model = whitened(exact(), codec())
    latents = solve(model, heun(), doubled(white_noise(model, count=4, seed=8)), grid, context())
    assert torch.allclose(from_latents(codec(), latents, context()).x, direct.x, atol=1e-5)


@pytest.mark.parametrize("solver", [heun(), dpmpp_2m_sde()], ids=["heun", "dpmpp_2m_sde"])
def test_a_diffusion_in_correlated_noise_has_the_law_of_the_data(solver: Solver) -> None:
    model, count = whitened(exact(), codec()), 1500
    grid = Levels(torch.cat([torch.tensor([math.inf]), torch.logspace(2, -2.5, 25), torch.zeros(1)]).double())
    noise = doubled(white_noise(model, count=count, seed=1))
    found = from_latents(codec(), solve(model, solver, noise, grid, context()), context()).x
    std = torch.tensor(STD).double()
    assert bool(((found.mean(0) - torch.tensor(MEAN).double()).abs() < 4 * std / math.sqrt(count)).all())
    assert torch.allclose((found / std).mT.cov(), torch.eye(4).double(), atol=0.15)
