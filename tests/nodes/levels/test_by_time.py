"""Grids by the time of a process: what all of them keep, with a process by name and on a wire."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import pytest
import torch

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.levels import Levels
from nodes.contracts.process import Process
from nodes.levels.beta import beta
from nodes.levels.ddim_uniform import ddim_uniform
from nodes.levels.normal import normal
from nodes.levels.quadratic_time import quadratic_time
from nodes.levels.sgm_uniform import sgm_uniform
from nodes.levels.simple import simple
from nodes.levels.timed import timed_cost, whole_times
from nodes.levels.turbo import turbo
from nodes.levels.uniform_time import cost, uniform_time
from nodes.process.discrete import discrete
from nodes.process.edm import edm
from nodes.process.flow import flow
from nodes.process.input_scale import input_scale
from nodes.process.sub_vp import sub_vp
from nodes.process.trigonometric import trigonometric
from nodes.process.ve import ve
from nodes.process.vp_scaled_cosine import vp_scaled_cosine
from nodes.process.vp_sigmoid import vp_sigmoid
from nodes.processes.named import ProcessName, process_named

GRIDS: dict[str, Callable[[Process | None, ProcessName, int], Levels]] = {
    "uniform_time": lambda own, name, steps: uniform_time(own, process=name, num_inference_steps=steps),
    "normal": lambda own, name, steps: normal(own, process=name, num_inference_steps=steps),
    "sgm_uniform": lambda own, name, steps: sgm_uniform(own, process=name, num_inference_steps=steps),
    "simple": lambda own, name, steps: simple(own, process=name, num_inference_steps=steps),
    "ddim_uniform": lambda own, name, steps: ddim_uniform(own, process=name, num_inference_steps=steps),
    "turbo": lambda own, name, steps: turbo(own, process=name, num_inference_steps=steps),
    "quadratic_time": lambda own, name, steps: quadratic_time(own, process=name, num_inference_steps=steps),
    "beta": lambda own, name, steps: beta(own, process=name, num_inference_steps=steps),
}
every_grid = pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
WIRED = [
    flow(shift=3.0),
    discrete(rescale_betas_zero_snr=True),
    discrete(beta_schedule="own", alphas_cumprod=tuple(0.99 - 0.1 * number for number in range(9))),
    sub_vp(),
    ve(),
    edm(),
    vp_sigmoid(),
    vp_scaled_cosine(),
    trigonometric(),
    input_scale(discrete(), scale=0.5),
]


@every_grid
@pytest.mark.parametrize("steps", [1, 2, 8])
def test_a_grid_has_its_steps_and_falls_to_zero_under_every_process(
    grid: Callable[[Process | None, ProcessName, int], Levels], steps: int
) -> None:
    for process in [*map(process_named, get_args(ProcessName)), *WIRED]:
        s = grid(process, "flow", steps).s
        assert len(s) in ((steps + 1,) if grid is not GRIDS["ddim_uniform"] else (steps + 1, steps + 2))
        assert bool((s.diff() < 0).all())
        assert float(s[-1]) == 0
        assert s.dtype == torch.float64


@every_grid
@pytest.mark.parametrize("name", get_args(ProcessName))
def test_a_process_on_the_wire_is_the_one_by_its_name(
    grid: Callable[[Process | None, ProcessName, int], Levels], name: ProcessName
) -> None:
    other: ProcessName = "ve" if name != "ve" else "edm"
    assert torch.equal(grid(process_named(name), other, 6).s, grid(None, name, 6).s)


def test_a_shifted_process_is_a_scaled_grid() -> None:
    assert torch.allclose(uniform_time(flow(shift=4.0)).s[1:], 4 * uniform_time(flow()).s[1:], rtol=1e-14)
    assert torch.allclose(uniform_time(input_scale(flow(), scale=0.25)).s, uniform_time(flow(shift=4.0)).s, rtol=1e-14)


def test_a_table_of_whole_times_is_asked_between_them_only_where_a_grid_says_so() -> None:
    """Times with a fraction have the level between, whole ones that of the table, whatever the network reads."""
    process = discrete()
    whole, between = simple(process, num_inference_steps=7), uniform_time(process, num_inference_steps=7)
    numbers = process.time(whole.s[:-1])
    assert torch.allclose(numbers, numbers.round(), atol=1e-9)
    assert numbers.round().tolist() == [999, 857, 714, 571, 428, 285, 142]
    fine = process.time(between.s[:-1])
    assert torch.allclose(fine, 999 - 1000 / 7 * torch.arange(7, dtype=torch.float64), atol=1e-9)


def test_a_rescaled_table_begins_at_pure_noise() -> None:
    assert float(uniform_time(discrete(rescale_betas_zero_snr=True)).s[0]) == math.inf


def test_roots_of_times_are_even() -> None:
    t = process_named("flow").time(quadratic_time(process="flow", num_inference_steps=9).s[:-1])
    assert torch.allclose(t.sqrt().diff().diff(), torch.zeros(7, dtype=torch.float64), atol=1e-12)
    assert t[[0, -1]].tolist() == pytest.approx([1.0, 1e-3])


def test_more_steps_than_times_are_refused() -> None:
    short = discrete(beta_schedule="own", alphas_cumprod=(0.9, 0.5, 0.2))
    assert len(whole_times(short)) == 3
    for grid in ("simple", "ddim_uniform", "turbo"):
        with pytest.raises(InputError, match="fewer times than steps"):
            GRIDS[grid](short, "flow", 4)


def test_what_is_known_of_a_grid_before_it_is_made() -> None:
    values = {"process": "flow", "num_inference_steps": 5, "timestep_spacing": "trailing"}
    assert timed_cost(Known(values, {})).first_open == Span.of(1)
    assert timed_cost(Known({**values, "process": "ve"}, {})).first_open == Span.of(0)
    assert timed_cost(Known(values, {"own_process": (Estimate(),)})).first_open == Span(0, 1)
    assert cost(Known({**values, "timestep_spacing": "leading"}, {})).first_open == Span.of(0)
    assert cost(Known(values, {})).steps == Span.of(5)
