"""The weak orders of the stochastic solvers, by moments that are exact: no random number is drawn."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.contracts.levels import Levels
from nodes.solver.churn import churn
from nodes.solver.ddim import ddim
from nodes.solver.heun import heun
from nodes.solver.restart import restart
from tests.nodes.solver import backwards
from tests.nodes.solver.expected import Expected, all_expected
from tests.nodes.solver.measuring import GRIDS, slopes
from tests.nodes.solver.moments import MEANS, VARIANCES, distance, exact_law, law
from tests.solvers import committed


@pytest.mark.parametrize("expected", [found for found in all_expected() if found.stochastic], ids=lambda e: e.name)
def test_the_law_comes_to_the_right_one_at_the_order_of_the_solver_and_the_table_says_so(expected: Expected) -> None:
    measured = slopes(expected)[-1]
    assert measured == pytest.approx(expected.order, abs=0.2)
    assert float(committed()[expected.name].measured) == pytest.approx(measured, abs=0.05)


def test_the_law_of_a_step_is_found_without_random_numbers() -> None:
    """One step of η = 1: x' = α' ((1 − k) x0 + k y) + α' s' √(1 − k) z with k = (s'/s)²."""
    s, then = 3.0, 1.0
    mean, std = law(ddim(eta=1.0), Levels(torch.tensor([s, then], dtype=torch.float64)))
    k, alpha = (then / s) ** 2, 1 / math.sqrt(1 + then * then)
    pull = VARIANCES / (VARIANCES + s * s)
    spread = (k + (1 - k) * pull).square() * (VARIANCES + s * s) + then**2 * (1 - k)
    torch.testing.assert_close(mean, alpha * MEANS)
    torch.testing.assert_close(std, alpha * spread.sqrt())
    assert float((std - exact_law(then)[1]).abs().max()) > 1e-3


def by_name(name: str) -> Expected:
    """What is declared of one."""
    return next(expected for expected in all_expected() if expected.name == name)


@pytest.mark.parametrize(
    "name",
    [
        "solver.ddpm",
        "solver.euler_maruyama",
        "solver.dpm_2_ancestral",
        "solver.seeds_2",
        "solver.stochastic(over heun)",
    ],
)
def test_what_draws_has_its_order_on_a_mixture_too(name: str) -> None:
    """Normal data alone would not show it: there solver.accelerated_ddpm has order 2, and on a mixture 1."""
    expected = by_name(name)
    errors = [backwards.distance(expected.make(), GRIDS[expected.grid](steps)) for steps in (20, 40)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(expected.order, abs=0.25)


def test_accelerated_ddpm_is_of_order_2_on_normal_data_only() -> None:
    declared = by_name("solver.accelerated_ddpm")
    errors = [distance(declared.make(), GRIDS[declared.grid](steps)) for steps in (40, 80)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.15)
    assert declared.order == 1


def test_the_law_on_a_mixture_is_found_without_random_numbers() -> None:
    """A step that goes nowhere leaves the law of its level, and the means of what is exact are those of its parts."""
    at = torch.tensor([3.0, 3.0], dtype=torch.float64)
    assert backwards.distance(ddim(eta=1.0), Levels(at)) < 1e-7
    by_hand = backwards.exactly(0.0)[-2:]
    first, second = (float((backwards.WEIGHTS * power).sum()) for power in (
        backwards.MEANS, backwards.VARIANCES + backwards.MEANS.square()))  # fmt: skip
    assert by_hand.tolist() == pytest.approx([first, second])


def test_churn_over_heun_has_weak_order_2() -> None:
    """The noise of a step is s_churn/N, so the solver is another one for each number of steps."""
    errors = [
        distance(
            churn(heun(), s_churn=4.0, s_tmin=0.0, s_tmax=math.inf, s_noise=1.0, num_inference_steps=steps),
            GRIDS["karras"](steps),
        )
        for steps in (40, 80)
    ]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.15)


def test_more_noise_than_belongs_there_makes_the_law_wider() -> None:
    """On an exact model s_noise > 1 is an error: with 1.003 it is still seen."""
    levels = GRIDS["karras"](80)
    spreads = [
        law(churn(heun(), s_churn=8.0, s_noise=scale, num_inference_steps=80), levels)[1] for scale in (1.0, 1.003)
    ]
    assert bool((spreads[1] - spreads[0] > 1e-4).all())


def test_restart_keeps_the_law_at_the_order_of_the_solver_inside() -> None:
    errors = [
        distance(restart(heun(), num_restart_steps=steps // 4), GRIDS["uniform_log_snr"](steps)) for steps in (20, 40)
    ]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)
