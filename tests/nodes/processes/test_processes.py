"""Laws of every process, and each against its formula."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.process import Process
from nodes.processes.flow import Flow
from nodes.processes.input_scaled import InputScaled
from nodes.processes.interpolant import Interpolant
from nodes.processes.named import ProcessName, process_named
from nodes.processes.reverting import MeanReverting, OrnsteinExploding
from nodes.processes.scaled_cosine import ScaledCosine
from nodes.processes.sigmoid import Sigmoid
from nodes.processes.sub_preserving import SubPreserving
from nodes.processes.table import Discrete, cosine_table, linear_table, scaled_linear_table
from nodes.processes.trigonometric import Trigonometric

NAMES: tuple[ProcessName, ...] = get_args(ProcessName)
ZERO_TERMINAL = Discrete(torch.tensor([0.99, 0.8, 0.3, 0.0]))
MORE: dict[str, Process] = {
    "zero_terminal": ZERO_TERMINAL,
    "two_times": Discrete(torch.tensor([0.9, 0.1])),
    "flow_shifted": Flow(3.0),
    "sigmoid": Sigmoid(),
    "sigmoid_steep": Sigmoid(tau=0.5),
    "scaled_cosine": ScaledCosine(),
    "scaled_cosine_steep": ScaledCosine(tau=2.0),
    "sub_vp": SubPreserving(),
    "trigonometric": Trigonometric(),
    "linear_smaller": InputScaled(process_named("vp_linear"), 0.5),
    "flow_smaller": InputScaled(Flow(), 0.3),
    "mean_reverting": MeanReverting(50 / 255, 100, "cosine", 0.005),
    "mean_reverting_linear": MeanReverting(2.0, 30, "linear", 0.01),
    "mean_reverting_constant": MeanReverting(1.0, 7, "constant", 0.1),
    "ou_ve": OrnsteinExploding(1.5, 0.05, 0.5),
    "interpolant": Interpolant("linear", "brownian", 1.0),
    "interpolant_trigonometric": Interpolant("trigonometric", "sine_squared", 0.5),
    "table_smaller": InputScaled(ZERO_TERMINAL, 0.7),
}
EVERY = [*map(process_named, NAMES), *MORE.values()]
IDS = [*NAMES, *MORE]
every = pytest.mark.parametrize("process", EVERY, ids=IDS)


def times(process: Process, count: int = 41) -> Tensor:
    """Times between both ends, off the numbers of a table."""
    part = (torch.arange(count, dtype=torch.float64) + 0.37) / count
    return process.first + part * (process.last - process.first)


def coefficients(process: Process, t: Tensor) -> tuple[Tensor, Tensor]:
    s = process.level(t)
    alpha = process.alpha(s)
    return alpha, s * alpha


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@every
def test_the_time_of_a_level_is_the_time_that_it_has(process: Process) -> None:
    t = times(process)
    assert torch.allclose(process.time(process.level(t)), t, rtol=1e-10, atol=1e-10)
    s = process.level(t)
    assert torch.allclose(process.level(process.time(s)), s, rtol=1e-9)


@every
def test_levels_rise_with_time_and_stay_in_shape(process: Process) -> None:
    assert bool((process.level(times(process)).diff() > 0).all())
    t = times(process, 6).reshape(2, 3)
    s = process.level(t)
    shapes = {value.shape for value in (s, process.alpha(s), process.time(s), *process.rates(t))}
    assert shapes == {torch.Size((2, 3))}


@every
def test_rates_are_the_derivatives_of_the_coefficients(process: Process) -> None:
    t = times(process)
    step = 1e-6 * (process.last - process.first)
    after, before = coefficients(process, t + step), coefficients(process, t - step)
    for rate, late, early in zip(process.rates(t), after, before, strict=True):
        assert torch.allclose(rate, (late - early) / (2 * step), rtol=2e-5, atol=1e-6)


@every
def test_beyond_its_ends_a_process_is_at_the_nearest_end(process: Process) -> None:
    ends = numbers(process.first, process.last)
    assert torch.allclose(process.time(numbers(0, math.inf)), ends, rtol=1e-12, atol=1e-12)
    far = process.level(numbers(process.first - 5, process.last + 5))
    assert torch.equal(far, process.level(ends))
    assert all(bool(torch.isfinite(rate).all()) for rate in process.rates(ends))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("flow", 1.0, 0.0),
        ("vp_linear", math.exp(-0.25e-6 * 19.9 - 0.5e-3 * 0.1), math.exp(-0.25 * 19.9 - 0.05)),
        ("vp_cosine", math.cos(math.pi / 2 * 0.009 / 1.008) / math.cos(math.pi / 2 * 0.008 / 1.008), 0.0),
        ("ve", 1.0, 1.0),
        ("edm", 1.0, 1.0),
        ("ddpm_linear", math.sqrt(1 - 1e-4), math.sqrt(4.0358e-5)),
        ("ddpm_scaled_linear", math.sqrt(1 - 0.00085), math.sqrt(0.0046601)),
    ],
)
def test_alpha_at_both_ends(name: ProcessName, first: float, last: float) -> None:
    process = process_named(name)
    alpha = process.alpha(process.level(numbers(process.first, process.last)))
    assert torch.allclose(alpha, numbers(first, last), rtol=1e-4, atol=1e-9)
    assert alpha[0].item() == pytest.approx(first, rel=1e-9)


@pytest.mark.parametrize(("name", "first", "last"), [("ve", 0.01, 50.0), ("edm", 0.002, 80.0), ("flow", 0, math.inf)])
def test_levels_at_both_ends(name: ProcessName, first: float, last: float) -> None:
    process = process_named(name)
    assert process.level(numbers(process.first, process.last)).tolist() == pytest.approx([first, last], rel=1e-12)


def test_the_flow_is_a_straight_line() -> None:
    t = numbers(0.0, 0.25, 0.5, 0.9)
    alpha, sigma = coefficients(process_named("flow"), t)
    assert torch.allclose(alpha, 1 - t, atol=1e-15)
    assert torch.allclose(sigma, t, atol=1e-15)


def test_the_linear_process_follows_its_formula() -> None:
    t = numbers(0.1, 0.5, 0.9)
    alpha, sigma = coefficients(process_named("vp_linear"), t)
    assert torch.allclose(alpha.log(), -t.square() * 19.9 / 4 - t * 0.05, atol=1e-13)
    assert torch.allclose(alpha.square() + sigma.square(), numbers(1, 1, 1), atol=1e-14)


@pytest.mark.parametrize(
    ("table", "betas"),
    [
        (linear_table(), [1e-4 + (0.02 - 1e-4) * i / 999 for i in range(1000)]),
        (
            scaled_linear_table(),
            [(0.00085**0.5 + (0.012**0.5 - 0.00085**0.5) * i / 999) ** 2 for i in range(1000)],
        ),
        (
            cosine_table(),
            [
                min(
                    1 - math.cos((i + 1 + 8) / 1008 * math.pi / 2) ** 2 / math.cos((i + 8) / 1008 * math.pi / 2) ** 2,
                    0.999,
                )
                for i in range(1000)
            ],
        ),
    ],
    ids=["linear", "scaled_linear", "squaredcos_cap_v2"],
)
def test_a_table_holds_the_products_of_its_betas(table: Tensor, betas: list[float]) -> None:
    product, expected = 1.0, []
    for beta in betas:
        product *= 1 - beta
        expected.append(product)
    assert table.tolist() == pytest.approx(expected, rel=1e-9)
    process = Discrete(table)
    alpha, _ = coefficients(process, torch.arange(1000, dtype=torch.float64))
    assert torch.allclose(alpha.square(), table, rtol=1e-9)


def test_between_two_times_of_a_table_the_logarithm_of_the_level_is_linear() -> None:
    process = process_named("ddpm_linear")
    ends, half = process.level(numbers(400, 401)), process.level(numbers(400.5))
    assert half.item() == pytest.approx(math.sqrt(ends[0].item() * ends[1].item()), rel=1e-12)


def test_a_network_of_whole_times_is_asked_at_a_level_of_the_table() -> None:
    whole = Discrete(linear_table(), whole=True)
    asked = whole.time(numbers(0.5, 2.0))
    assert torch.equal(asked, asked.round())
    assert torch.allclose(whole.level(asked), whole.levels[asked.long()], rtol=1e-12)


@pytest.mark.parametrize("table", [[0.9], [0.5, 0.6], [1.0, 0.5], [0.5, -0.1], [0.5, math.nan]])
def test_what_is_no_table_is_refused(table: list[float]) -> None:
    with pytest.raises(InputError, match="no table"):
        Discrete(numbers(*table))


def test_processes_with_other_constants_have_another_digest() -> None:
    assert len({process.digest for process in EVERY}) == len(EVERY)
    assert process_named("ve").digest == process_named("ve").digest
