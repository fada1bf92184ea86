"""The error of single steps."""

from __future__ import annotations

import math

import pytest

from graphs import InputError
from nodes.contracts.marks import Points
from nodes.contracts.plot import Plot
from nodes.contracts.solver import Solver
from nodes.diagnosis.local_error import local_error
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.ancestral import ancestral
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.one_step import one_step
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import pure_noise


def told(solver: Solver, steps: int) -> Plot:
    """Over a grid that is even in log s."""
    levels = uniform_log_snr(num_inference_steps=steps, sigma_min=0.05, sigma_max=20.0, final_sigmas_type="sigma_min")
    return finished(local_error(pure_noise(12), Mixture(), solver, levels, run=run_context()))


def errors(plot: Plot) -> list[float]:
    """What is shown, step by step."""
    (points,) = [mark for mark in plot.marks if isinstance(mark, Points)]
    return points.at[:, 1].tolist()


@pytest.mark.parametrize(("make", "order"), [(euler, 1), (heun, 2)])
def test_halving_the_steps_shrinks_their_errors_by_one_order_more_than_that_of_the_method(
    make: type[Solver], order: int
) -> None:
    coarse, fine = (errors(told(make(), steps)) for steps in (32, 64))
    assert len(coarse) == 32
    middle = math.log2(max(coarse) / max(fine))
    assert middle == pytest.approx(order + 1, abs=0.4)


def test_steps_without_an_error_are_not_shown_and_the_note_says_how_many() -> None:
    plot = told(one_step(), 4)
    assert plot.note.startswith("4 of 4 steps")
    assert not plot.marks


def test_a_solver_that_draws_is_refused() -> None:
    with pytest.raises(InputError, match="two halves"):
        told(ancestral(), 3)
