"""What models tell on the way is recorded with it, and shown over the noise."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.marks import Polylines
from nodes.contracts.model import Wrapper
from nodes.contracts.query import Prediction, Query
from nodes.contracts.trajectory import Trajectory
from nodes.diagnosis.told import told
from nodes.levels.karras import karras
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.trajectory import trajectory
from tests.nodes.diagnosis.running import finished, run_context
from tests.nodes.gaussian import Gaussian, pure_noise

STEPS = 5


class Telling(Wrapper):
    """Tells a number for each row, and a point, which is no number; nothing below a level."""

    def __init__(self, below: float = 0.0) -> None:
        self.model, self.below = Gaussian(0.5, 1.0), below
        self.space = self.model.space

    def cost(self, s: float) -> float:
        return 1

    def answer(self, q: Query, ctx: Context) -> Prediction:
        found = predict(self.model, q.inside(), ctx)
        if float(q.s.max()) < self.below:
            return found
        return Prediction(found.x0, aux={"mean": q.x.flatten(1).mean(1), "points": q.x})


def way(below: float = 0.0, *, second_order: bool = False) -> Trajectory:
    solver = heun() if second_order else euler()
    levels = karras(num_inference_steps=STEPS, sigma_max=10.0)
    return finished(trajectory(pure_noise(9), Telling(below), solver, levels, run=run_context())).trajectory


@pytest.mark.parametrize("second_order", [False, True])
def test_what_was_told_at_each_step_is_recorded(*, second_order: bool) -> None:
    recorded = way(second_order=second_order)
    assert list(recorded.aux) == ["told/mean"]
    assert recorded.x is not None
    assert torch.equal(recorded.aux["told/mean"], recorded.x[:-1].flatten(2).mean(2))


def test_where_nothing_was_told_there_is_no_number() -> None:
    entry = way(below=1.0).aux["told/mean"]
    assert entry.isnan().any(1).tolist() == (way().s[:-1] < 1.0).any(1).tolist()
    assert entry.isnan().any()


def test_the_median_is_shown_between_the_limits_of_the_middle_rows() -> None:
    middle, limits = (mark for mark in told(way(), band=0.5).marks if isinstance(mark, Polylines))
    assert middle.name == "mean"
    entry = way().aux["told/mean"].double()
    assert torch.equal(middle.at[0, :, 1], entry.median(1).values)
    low, high = limits.at[:, :, 1]
    inside = ((entry >= low[:, None]) & (entry <= high[:, None])).double().mean(1)
    assert bool(((inside >= 0.5) & (inside < 0.8)).all())


def test_decades_show_only_what_is_above_0() -> None:
    mark = told(way(), band=0.0, log=True).marks[0]
    assert isinstance(mark, Polylines)
    values = mark.at[0, :, 1]
    assert bool((values[~values.isnan()] > 0).all())


def test_a_name_that_was_not_told_is_refused_with_those_that_were() -> None:
    with pytest.raises(InputError, match="nothing of this name") as caught:
        told(way(), name="residual")
    assert "mean" in str(caught.value)
    silent = finished(trajectory(pure_noise(2), Gaussian(0.0, 1.0), euler(), run=run_context())).trajectory
    with pytest.raises(InputError, match="nothing was told"):
        told(silent)
