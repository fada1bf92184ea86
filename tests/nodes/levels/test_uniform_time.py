"""Grids of even times against the published table, and against each process's own level."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch

from nodes.levels.uniform_time import Spacing, times, uniform_time
from nodes.processes.named import ProcessName, process_named

NAMES: tuple[ProcessName, ...] = get_args(ProcessName)
SPACINGS: tuple[Spacing, ...] = get_args(Spacing)

# Table 2 of arXiv:2305.08891 counts from 1; a table's times count from 0.
PUBLISHED: dict[Spacing, list[int]] = {
    "leading": [901, 801, 701, 601, 501, 401, 301, 201, 101, 1],
    "linspace": [1000, 889, 778, 667, 556, 445, 334, 223, 112, 1],
    "trailing": [1000, 900, 800, 700, 600, 500, 400, 300, 200, 100],
}


@pytest.mark.parametrize("spacing", SPACINGS)
def test_ten_of_a_thousand_times_are_those_of_the_published_table(spacing: Spacing) -> None:
    found = times(process_named("ddpm_linear"), 10, spacing) + 1
    assert found.tolist() == pytest.approx(PUBLISHED[spacing], rel=1e-12)


def test_a_flow_has_its_level_at_each_time() -> None:
    s = uniform_time(process="flow", num_inference_steps=4).s.tolist()
    assert s == pytest.approx([math.inf, 0.75 / 0.25, 1.0, 0.25 / 0.75, 0.0])


def test_where_time_zero_has_no_noise_the_last_time_is_a_thousandth() -> None:
    s = uniform_time(process="flow", num_inference_steps=3, timestep_spacing="linspace").s.tolist()
    assert s == pytest.approx([math.inf, 0.5005 / 0.4995, 0.001 / 0.999, 0.0])


def test_variance_preserving_levels_are_the_closed_form_of_the_paper() -> None:
    """log α = −¼ t² (20 − 0.1) − ½ t 0.1 at the times 1, ½; s² = 1/α² − 1."""
    s = uniform_time(process="vp_linear", num_inference_steps=2).s.tolist()
    logs = [-0.25 * t * t * 19.9 - 0.05 * t for t in (1.0, 0.5)]
    assert s == pytest.approx([*(math.sqrt(math.exp(-2 * log) - 1) for log in logs), 0.0], rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_every_grid_has_its_steps_and_falls_to_zero(name: ProcessName, spacing: Spacing) -> None:
    for steps in (1, 2, 9):
        levels = uniform_time(process=name, num_inference_steps=steps, timestep_spacing=spacing)
        assert len(levels) == steps
        assert bool((levels.s[1:] < levels.s[:-1]).all())
        assert float(levels.s[-1]) == 0
        assert levels.s.dtype == torch.float64
