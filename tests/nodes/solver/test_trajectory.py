"""The way of a sample: what is recorded, and that a replay of its noise walks it again."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from graphs import InputError, Keep, RunContext
from graphs.parts import digest
from graphs.running.context import Meter
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.trajectory import Trajectory
from nodes.levels.karras import karras
from nodes.noise.gaussian import gaussian
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.replay import replay
from nodes.solver.sample import sample
from nodes.solver.stop_early import stop_early
from nodes.solver.trajectory import Way, trajectory
from nodes.solver.unmask import unmask
from tests.nodes.exact_tokens import LENGTH, WORDS, Tokens, masked
from tests.nodes.gaussian import Gaussian, pure_noise
from tests.nodes.loops import told_by

STEPS = 5
LEVELS = karras(num_inference_steps=STEPS)
UNEVEN = Levels(torch.tensor([[9.0, 4.0, 2.0], [9.0, 2.0, 2.0], [1.0, 0.5, 1.0], [0.0, 0.0, 0.5]]).double())
SOLVERS: dict[str, Solver] = {
    "euler": euler(),
    "heun": heun(),
    "dpmpp_2m": dpmpp_2m(),
    "ddim": ddim(eta=0.7),
    "ancestral": ancestral(),
    "dpmpp_2m_sde": dpmpp_2m_sde(),
    "along a path": dpmpp_2m_sde(path=True),
}

DRAWING = {name: solver for name, solver in SOLVERS.items() if "stochastic" in solver.abilities}


def run() -> RunContext:
    """A run of its own."""
    return RunContext(Meter())


def way(solver: Solver, noise: Sample, levels: Levels = LEVELS, mean: float = 0.4) -> Way:
    """The sample and its trajectory."""
    return told_by(trajectory(noise, Gaussian(mean, 0.3), solver, levels, run=run()))[0]


def sampled(solver: Solver, noise: Sample, levels: Levels = LEVELS, mean: float = 0.4) -> Sample:
    """The sample."""
    return told_by(sample(noise, Gaussian(mean, 0.3), solver, levels, run=run()))[0]


def noise_of(found: Trajectory) -> torch.Tensor:
    """The recorded noise, which is there."""
    assert found.z is not None
    return found.z


@pytest.mark.parametrize("levels", [LEVELS, UNEVEN], ids=["karras", "rows of their own"])
@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_recording_changes_nothing(solver: Solver, levels: Levels) -> None:
    assert digest(way(solver, pure_noise(3), levels).sample) == digest(sampled(solver, pure_noise(3), levels))


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_it_holds_the_levels_the_points_and_the_predictions(solver: Solver) -> None:
    result, found = way(solver, pure_noise(3))
    assert found.x is not None
    assert found.x0 is not None
    assert torch.equal(found.s, LEVELS.s[:, None].expand(-1, 3))
    assert found.x.shape == (STEPS + 1, 3, 2)
    assert torch.equal(found.x[-1], result.x)
    y = found.x * torch.sqrt(1 + found.s.square())[..., None]
    s2 = found.s.square()[..., None]
    torch.testing.assert_close(found.x0, ((0.3 * y + s2 * 0.4) / (0.3 + s2))[:-1])
    assert torch.equal(found.rows.seed, pure_noise(3).rows.seed)
    assert (found.z is not None) == (solver in DRAWING.values())


def test_the_noise_is_what_led_from_each_point_to_the_next() -> None:
    _, found = way(ancestral(), pure_noise(3))
    assert found.x is not None
    assert found.x0 is not None
    for k, (now, then) in enumerate(itertools.pairwise(LEVELS.s.tolist())):
        up = then * math.sqrt(1 - (then / now) ** 2)
        y, y_next = found.x[k] * math.sqrt(1 + now**2), found.x[k + 1] * math.sqrt(1 + then**2)
        x0 = found.x0[k]
        expected = x0 + math.sqrt(then**2 - up**2) * (y - x0) / now + up * noise_of(found)[k]
        torch.testing.assert_close(y_next, expected)


@pytest.mark.parametrize("levels", [LEVELS, UNEVEN], ids=["karras", "rows of their own"])
@pytest.mark.parametrize("solver", DRAWING.values(), ids=DRAWING)
def test_a_replay_is_the_recorded_sample_bitwise(solver: Solver, levels: Levels) -> None:
    result, found = way(solver, pure_noise(3), levels)
    # Rows of other lineages, and of the same origins, would draw other noise.
    noise = pure_noise(3)
    other = Sample(noise.x, noise.s, noise.space, noise.rows.fork(1, "other"))
    assert torch.equal(sampled(replay(solver, found), other, levels).x, result.x)
    assert not torch.equal(sampled(solver, other, levels).x, result.x)


def test_a_replay_of_some_rows_finds_their_noise() -> None:
    result, found = way(ancestral(), pure_noise(4))
    part = pure_noise(4).take(torch.tensor([3, 1]))
    assert torch.equal(sampled(replay(ancestral(), found), part).x, result.x[[3, 1]])


def test_a_replay_under_another_mean_differs_and_asks_no_more() -> None:
    result, found = way(ancestral(), pure_noise(2))
    solver = replay(ancestral(), found)
    assert not torch.equal(sampled(solver, pure_noise(2), mean=1.0).x, result.x)
    assert solver.calls(STEPS) == STEPS
    assert "stochastic" not in solver.abilities


def test_what_cannot_be_replayed_is_refused() -> None:
    found = way(ancestral(), pure_noise(2)).trajectory
    with pytest.raises(InputError, match="no noise of this solver"):
        replay(euler(), found)
    with pytest.raises(InputError, match="no noise of this solver"):
        replay(unmask(), found)
    with pytest.raises(InputError, match="holds no noise"):
        replay(ancestral(), way(euler(), pure_noise(2)).trajectory)
    with pytest.raises(InputError, match="does not fit"):
        sampled(replay(ancestral(), found), pure_noise(2), karras(num_inference_steps=STEPS + 1))
    with pytest.raises(InputError, match="no noise for one of the rows"):
        sampled(replay(ancestral(), found), pure_noise(3))


def test_a_row_that_made_fewer_steps_stays_where_it_ended() -> None:
    result, found = way(ancestral(), pure_noise(3), UNEVEN)
    assert found.x is not None
    assert found.s.T.tolist() == [[9.0, 1.0, 0.0, 0.0], [4.0, 2.0, 0.5, 0.0], [2.0, 1.0, 0.5, 0.5]]
    assert torch.equal(found.x[2, [0, 2]], result.x[[0, 2]])
    assert torch.equal(found.x[3], result.x)
    assert noise_of(found)[2, [0, 2]].abs().sum() == 0


def test_a_row_that_was_done_early_ends_there() -> None:
    solver = stop_early(euler(), tolerance=0.2)
    result, found = way(solver, pure_noise(3))
    ends = (found.s == 0).int().argmax(0)
    assert int(ends.max()) < STEPS
    for row, end in enumerate(ends.tolist()):
        assert found.s[:end, row].tolist() == LEVELS.s[:end].tolist()
        assert found.s[end:, row].tolist() == [0.0] * (len(found.s) - end)
    assert found.x is not None
    assert torch.equal(found.x[-1], result.x)


def test_tokens_are_recorded_without_noise_and_asked_for_once() -> None:
    levels, recording = Levels(torch.tensor([math.inf, 1.0, 0.5, 0.0], dtype=torch.float64)), run()
    (_, found), _ = told_by(trajectory(masked(2), Tokens(), unmask(), levels, run=recording))
    assert recording.meter.rows == 3 * 2
    assert found.z is None
    assert found.x is not None
    assert found.x0 is not None
    assert found.x.shape == (4, 2, LENGTH)
    assert found.x0.shape == (3, 2, LENGTH, len(WORDS))


def test_cut_short_it_goes_on_and_has_the_whole_way() -> None:
    model = Gaussian(0.4, 0.3)
    noise = gaussian(model, count=3)
    whole, told = told_by(trajectory(noise, model, ancestral(), UNEVEN, run=run()))
    for event in told:
        if isinstance(event, Keep):
            again = RunContext(Meter(), kept=event.value)
            result, _ = told_by(trajectory(noise, model, ancestral(), UNEVEN, run=again))
            assert digest(result.sample) == digest(whole.sample)
            assert digest(result.trajectory) == digest(whole.trajectory)
