"""Errors of solvers against what they cost."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import InputError
from nodes.contracts.levels import Levels
from nodes.contracts.marks import Points, Polylines
from nodes.contracts.sample import Sample
from nodes.diagnosis.distances import distance
from nodes.diagnosis.error_against_nfe import Compared, Error, error_against_nfe
from nodes.diagnosis.resampled import resampled
from nodes.diagnosis.solvers import names_of
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.model.flow_map import flow_map
from nodes.solver.ancestral import ancestral
from nodes.solver.consistency import consistency
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.stop_early import stop_early
from tests.laws.exact import masked
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import pure_noise


def grid() -> Levels:
    """The specification's ends."""
    return uniform_log_snr(num_inference_steps=64, sigma_min=0.05, sigma_max=54.6, final_sigmas_type="sigma_min")


def table_of(found: Compared) -> dict[str, list[float | str | None]]:
    """The columns."""
    return {name: list(entries) for name, entries in found.table.columns}


def test_solvers_have_their_orders_and_their_calls() -> None:
    found = finished(
        error_against_nfe(
            pure_noise(24),
            Mixture(),
            (euler(), heun(), dpmpp_2m()),
            grid(),
            steps=(64, 32),
            labels="one\n",
            run=run_context(),
        )
    )
    table = table_of(found)
    assert table["solver"] == ["one", "one", "heun", "heun", "dpmpp2m", "dpmpp2m"]
    assert table["steps"] == [32, 64] * 3
    assert table["NFE"] == [32, 64, 64, 128, 32, 64]
    errors = [float(str(entry)) for entry in table["error"]]
    slopes = [math.log2(errors[place] / errors[place + 1]) for place in (0, 2, 4)]
    assert slopes == pytest.approx([1, 2, 2], abs=0.35)
    lines = [mark for mark in found.plot.marks if isinstance(mark, Polylines)]
    assert [line.name for line in lines] == ["one", "heun", "dpmpp2m"]
    assert lines[1].at[0, :, 0].tolist() == [64, 128]
    assert found.plot.x.log
    assert found.plot.y.log


def test_the_exact_map_is_exact_in_one_step() -> None:
    """The reference asks it for no step, and so the model inside."""
    model = flow_map(Mixture(), substeps=40)
    found = finished(
        error_against_nfe(pure_noise(8), model, (euler(),), grid(), steps=(1,), reference_steps=40, run=run_context())
    )
    table = table_of(found)
    assert table["NFE"] == [160]
    assert float(str(table["error"][0])) < 1e-6


def test_in_law_solvers_that_draw_are_compared_too() -> None:
    noise = pure_noise(600)
    found = finished(
        error_against_nfe(
            noise, Mixture(), (ddim(eta=1.0),), grid(), steps=(4, 48), error="law", reference_steps=40,
            run=run_context(),
        )
    )  # fmt: skip
    errors = [float(str(entry)) for entry in table_of(found)["error"]]
    assert errors[0] > 2 * errors[1]
    assert errors[1] < 0.08


def test_with_the_exact_map_consistency_sampling_is_right_in_law() -> None:
    table = table_of(
        finished(
            error_against_nfe(
                pure_noise(600), flow_map(Mixture(), substeps=16), (consistency(),), grid(), steps=(2,), error="law",
                reference_steps=16, run=run_context(),
            )
        )
    )  # fmt: skip
    assert float(str(table["error"][0])) < 0.06


def test_the_distance_of_a_sample_from_itself_is_0_and_grows_with_a_shift() -> None:
    x = pure_noise(400).x
    assert distance(x, x, "law") == 0
    assert distance(x + 0.3, x, "endpoint") == pytest.approx(0.3 * math.sqrt(2))
    near, far = (distance(x + shift, x, "law") for shift in (0.05, 0.5))
    assert 0.005 < near < far


@pytest.mark.parametrize("steps", [1, 2, 7, 40])
def test_a_grid_of_other_steps_is_spread_as_the_first(steps: int) -> None:
    found = resampled(uniform_log_snr(num_inference_steps=400, sigma_min=0.01, sigma_max=50.0), steps)
    expected = uniform_log_snr(num_inference_steps=steps, sigma_min=0.01, sigma_max=50.0)
    assert len(found) == steps
    torch.testing.assert_close(found.s, expected.s, rtol=2e-3, atol=0)
    fine = karras(num_inference_steps=10)
    assert resampled(fine, 10) is fine


def test_open_ends_stay_one_step_each() -> None:
    levels = Levels(torch.tensor([math.inf, 8.0, 2.0, 0.5, 0.0]))
    assert resampled(levels, 6).s.tolist()[0] == math.inf
    assert resampled(levels, 6).s.tolist()[1] == pytest.approx(8.0)
    assert resampled(levels, 1).s.tolist() == [math.inf, 0.0]
    assert resampled(Levels(torch.tensor([math.inf, 0.0])), 3).s.isfinite().tolist() == [False, True, True, True]
    rising = resampled(Levels(levels.s.flip(0)), 2)
    assert rising.s.tolist() == [0.0, pytest.approx(0.5), math.inf]


def test_a_solver_without_a_label_says_what_it_is() -> None:
    named = names_of((euler(), ddim(eta=0.5), euler(), stop_early(heun())), "first")
    assert named == ["first", "ddim (eta 0.5)", "euler", "stop early (tolerance 0.01, sigma_max 0.5) over heun"]
    assert names_of((euler(), euler()), "") == ["euler", "euler 2"]


def test_what_cannot_be_compared_is_refused() -> None:
    def compared(
        *solvers: str, error: Error = "endpoint", noise: Sample | None = None, steps: tuple[int, ...] = (2,)
    ) -> None:
        chosen = tuple(euler() if solver == "euler" else ancestral() for solver in solvers)
        finished(
            error_against_nfe(
                noise or pure_noise(2), Mixture(), chosen, grid(), steps=steps, error=error, run=run_context()
            )
        )

    with pytest.raises(InputError, match="nothing to compare"):
        compared()
    with pytest.raises(InputError, match="nothing to compare"):
        compared("euler", steps=(0,))
    with pytest.raises(InputError, match="does not end where"):
        compared("ancestral")
    compared("ancestral", error="auto")  # in law it is
    with pytest.raises(InputError, match="no probability flow"):
        compared("euler", noise=masked())


def test_more_series_than_colours_are_told_apart_by_dots_and_rings() -> None:
    solvers = tuple(ddim(eta=0.0) for _ in range(15))
    found = finished(error_against_nfe(pure_noise(2), Mixture(), solvers, grid(), steps=(2,), run=run_context()))
    lines = [mark for mark in found.plot.marks if isinstance(mark, Polylines)]
    dots = [mark for mark in found.plot.marks if isinstance(mark, Points)]
    assert [mark.name for mark in lines if mark.name] == ["euler", *(f"euler {number}" for number in range(2, 8))]
    assert [(mark.name, mark.ring) for mark in dots] == [(f"euler {number}", number > 14) for number in range(8, 16)]
    assert lines[7].colour == lines[0].colour == dots[0].colour
