"""A sampler to which no solver or no levels are wired takes the standard ones."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import Estimate, InputError, Known, RunContext, Span
from graphs.running.context import Meter
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.noise.gaussian import gaussian
from nodes.solver.deis import deis
from nodes.solver.euler import euler
from nodes.solver.halfway import halfway
from nodes.solver.sample import cost, sample
from nodes.solver.trajectory import trajectory
from nodes.solver.unic import unic
from tests.nodes.gaussian import Gaussian
from tests.nodes.loops import finish, told_by

STANDARD = unic(deis(order=3), longest_step=0.5)


def here() -> RunContext:
    return RunContext(Meter())


def at_level(s: float | list[float]) -> Sample:
    noise = gaussian(Gaussian(), count=2)
    return replace(noise, s=torch.tensor(s, dtype=torch.float64).expand(2))


def test_what_is_not_wired_is_deis_under_unic_over_twenty_steps_of_karras() -> None:
    noise = gaussian(Gaussian(), count=2)
    bare, _ = finish(sample(noise, Gaussian(), run=here()))
    levels = karras(num_inference_steps=20, sigma_min=0.002, sigma_max=80.0)
    wired, _ = finish(sample(noise, Gaussian(), STANDARD, levels, run=here()))
    way, _ = told_by(trajectory(noise, Gaussian(), run=here()))
    assert torch.equal(bare.x, wired.x)
    assert torch.equal(bare.x, way.sample.x)
    assert torch.equal(way.trajectory.s[:, 0], levels.s)


def test_one_of_both_can_be_wired_alone() -> None:
    noise, few = gaussian(Gaussian(), count=2), karras(num_inference_steps=3)
    assert torch.equal(
        finish(sample(noise, Gaussian(), levels=few, run=here()))[0].x,
        finish(sample(noise, Gaussian(), STANDARD, few, run=here()))[0].x,
    )
    assert torch.equal(
        finish(sample(noise, Gaussian(), euler(), run=here()))[0].x,
        finish(sample(noise, Gaussian(), euler(), karras(num_inference_steps=20), run=here()))[0].x,
    )


@pytest.mark.parametrize("s", [0.7, 200.0])
def test_a_noised_sample_goes_on_from_its_own_level(s: float) -> None:
    way, _ = told_by(trajectory(at_level(s), Gaussian(), euler(), run=here()))
    assert way.trajectory.s[0, 0] == pytest.approx(s, rel=1e-12)
    assert way.trajectory.s[-1, 0] == 0


@pytest.mark.parametrize("s", [[0.5, 2.0], [0.0, 0.0], [math.inf, 1.0]], ids=["two levels", "data", "noise and not"])
def test_rows_that_are_at_no_one_noised_level_need_levels(s: list[float]) -> None:
    with pytest.raises(InputError, match="cannot be sampled without levels"):
        finish(sample(at_level(s), Gaussian(), run=here()))


def test_a_state_on_its_way_needs_the_levels_that_it_was_made_with() -> None:
    begun, _ = told_by(halfway(gaussian(Gaussian()), Gaussian(), euler(), karras(), stop=3, run=here()))
    with pytest.raises(InputError, match="needs the levels"):
        finish(sample(begun, Gaussian(), run=here()))


def test_the_plan_knows_what_the_standard_costs() -> None:
    noise, model = Estimate(rows=Span.of(2)), Estimate(each=Span.of(3))
    assert cost(Known({}, {"noise": (noise,), "model": (model,)})).nfe == Span.of(2 * 20 * 3)
