from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.denoiser import Denoiser, precondition
from tests.nodes.networks.examples import DIGITS, SMALL, random_network

LEVELS = (0.0, 1e-300, 1e-3, 0.2, 1.0, 7.0, 1e3, 1e300, math.inf)


@pytest.fixture(scope="module")
def digits() -> Denoiser:
    return open_checkpoint(DIGITS)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def levels(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def edm(network: Denoiser, x: Tensor, sigma: float, text: str) -> Tensor:
    """The denoiser as the paper writes it, in its own coordinate x0 + sigma*eps, in plain arithmetic."""
    data = network.configuration.sigma_data
    c_skip = data**2 / (sigma**2 + data**2)
    c_out = sigma * data / math.sqrt(sigma**2 + data**2)
    c_in = 1 / math.sqrt(sigma**2 + data**2)
    c_noise = torch.full((len(x),), math.log(sigma) / 4, dtype=torch.float64)
    raw = network.unet(c_in * x, c_noise, *network.encode([text] * len(x)))
    estimate: Tensor = c_skip * x + c_out * raw
    return estimate


@pytest.mark.parametrize("sigma", [0.01, 0.1, 0.5, 3.0, 40.0])
def test_agrees_with_the_paper(digits: Denoiser, sigma: float) -> None:
    query = noise(2, 1, 32, 32) * math.sqrt(sigma**2 + 0.3)
    ours = digits(query / math.sqrt(1 + sigma**2), levels(sigma, sigma), *digits.encode(["three", "three"]))
    torch.testing.assert_close(ours, edm(digits, query, sigma, "three"), atol=1e-5, rtol=0)


def test_without_noise_the_query_is_the_answer(digits: Denoiser) -> None:
    x = noise(1, 1, 32, 32)
    assert torch.equal(digits(x, levels(0.0), *digits.encode([""])), x)


@pytest.mark.parametrize("level", LEVELS)
def test_is_finite_at_every_level(digits: Denoiser, level: float) -> None:
    assert digits(noise(1, 1, 32, 32), levels(level), *digits.encode(["one"])).isfinite().all()


def test_coefficients_at_the_ends() -> None:
    factors = precondition(levels(0.0, math.inf), SMALL)
    assert factors.skip.tolist() == [1.0, 0.0]
    assert factors.output.tolist() == [0.0, SMALL.sigma_data]
    assert factors.input.tolist() == [1 / SMALL.sigma_data, 1.0]
    assert factors.noise.tolist() == pytest.approx([math.log(0.01) / 4, math.log(40.0) / 4])


def test_levels_between_differ_smoothly() -> None:
    factors = precondition(levels(*LEVELS), SMALL)
    assert bool((factors.skip.diff() <= 0).all())
    assert bool((factors.output.diff() >= 0).all())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_answers_in_the_dtype_it_is_asked_in(dtype: torch.dtype) -> None:
    network = random_network()
    assert network(noise(1, 1, 8, 8).to(dtype), levels(1.0), *network.encode(["one"])).dtype == dtype


def test_a_batch_is_its_members(digits: Denoiser) -> None:
    x, s = noise(4, 1, 32, 32), levels(0.05, 0.7, 3.0, math.inf)
    texts = ["zero", "", "seven", "4"]
    together = digits(x, s, *digits.encode(texts))
    apart = [digits(x[i : i + 1], s[i : i + 1], *digits.encode(texts[i : i + 1])) for i in range(4)]
    torch.testing.assert_close(together, torch.cat(apart), atol=1e-5, rtol=0)


def test_words_steer(digits: Denoiser) -> None:
    x = noise(1, 1, 32, 32).expand(2, -1, -1, -1)
    one, eight = digits(x, levels(10.0, 10.0), *digits.encode(["one", "eight"]))
    assert (one - eight).abs().max() > 0.5


@pytest.mark.parametrize("shape", [(1, 3, 32, 32), (1, 1, 30, 32), (1, 1, 32, 31)])
def test_refuses_other_shapes(digits: Denoiser, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="cannot read pictures of this shape") as caught:
        digits(torch.zeros(shape), levels(1.0), *digits.encode([""]))
    assert "multiples of 4" in caught.value.allowed


def sample(network: Denoiser, texts: list[str], guidance: float = 2.5, steps: int = 18) -> Tensor:
    """Euler's method on Karras levels, in the coordinate of the paper."""
    count, size = len(texts), network.configuration.size
    rows = network.encode(texts + [""] * count)
    ramp = torch.linspace(40.0 ** (1 / 7), 0.01 ** (1 / 7), steps, dtype=torch.float64) ** 7
    ends = torch.cat([ramp[1:], ramp.new_zeros(1)])
    x = noise(count, 1, size, size, seed=1).double() * ramp[0]
    for s, t in zip(ramp, ends, strict=True):
        query = (x / (1 + s**2).sqrt()).float()
        cond, free = network(query.repeat(2, 1, 1, 1), s.expand(2 * count), *rows).double().chunk(2)
        x = x + (t - s) * (x - free - guidance * (cond - free)) / s
    return x.float()


def test_draws_digits(digits: Denoiser) -> None:
    pictures = sample(digits, ["0", "one", "seven", "8"])
    assert pictures.isfinite().all()
    assert pictures.min() > -1.25
    assert pictures.max() < 1.25
    border = torch.cat([pictures[:, :, :3].flatten(1), pictures[:, :, -3:].flatten(1)], dim=1)
    assert border.mean() < -0.95
    strokes = (pictures > 0.5).flatten(1).float().mean(dim=1)
    assert bool(((strokes > 0.02) & (strokes < 0.35)).all())
    zero, one = pictures[0, 0], pictures[1, 0]
    assert (zero > 0).sum() > (one > 0).sum()
    assert zero[13:19, 13:19].mean() < one[13:19, 13:19].mean()
