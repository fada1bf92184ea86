"""How straight ways are: 0 where one step is exact, and what it is where it is not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.trajectory import Trajectory
from nodes.diagnosis.straightness import straightness
from nodes.levels.karras import karras
from nodes.solver.euler import euler
from nodes.solver.trajectory import trajectory
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, pure_noise


def way(model: Model, levels: Levels) -> Trajectory:
    """Recorded with Euler's method."""
    return finished(trajectory(pure_noise(20), model, euler(), levels, run=run_context())).trajectory


def test_the_way_to_a_single_point_is_straight() -> None:
    found = straightness(way(Gaussian(0.7, 0.0), Levels(torch.tensor([math.inf, 3.0, 0.4, 0.0]))))
    assert found.straightness.value == pytest.approx(0, abs=1e-20)


def test_one_step_is_straight_whatever_the_model() -> None:
    found = straightness(way(Mixture(), Levels(torch.tensor([8.0, 0.5]))))
    assert found.straightness.value == pytest.approx(0, abs=1e-20)


def test_the_deviation_of_a_gaussian_is_the_variance_of_its_velocity() -> None:
    """y = c √(v + s²): the velocity of a flow is dz/dt, z = y/(1 + s), t = s/(1 + s)."""
    variance, steps = 0.04, 400
    levels = Levels(torch.cat([torch.tan(torch.linspace(1.5, 0.0, steps + 1, dtype=torch.float64))]))
    recorded = way(Gaussian(0.0, variance), levels)
    assert recorded.x is not None
    t = recorded.s[:, 0] / (1 + recorded.s[:, 0])
    spread = torch.sqrt(variance * (1 - t) ** 2 + t**2)
    rate = (t - variance * (1 - t)) / spread
    mean = (spread[0] - spread[-1]) / (t[0] - t[-1])
    scale = (recorded.x[0].square().mean() * ((1 - t[0]) ** 2 + t[0] ** 2)) / spread[0] ** 2
    exact = float(torch.trapezoid((rate - mean) ** 2, t) / (t[-1] - t[0]) * scale)
    assert straightness(recorded).straightness.value == pytest.approx(exact, rel=0.05)


def test_the_plot_has_a_line_for_the_velocity_and_one_for_the_noise() -> None:
    plot = straightness(way(Mixture(), karras(num_inference_steps=6)), title="Ways").plot
    assert plot.title == "Ways"
    assert [mark.name for mark in plot.marks if hasattr(mark, "name")] == ["velocity", "noise"]


def test_what_was_not_recorded_is_asked_for() -> None:
    with pytest.raises(InputError, match="does not tell how straight"):
        straightness(replace(way(Mixture(), karras(num_inference_steps=3)), x0=None))
