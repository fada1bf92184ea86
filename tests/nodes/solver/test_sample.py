"""The sampling loop never waits for the device, whatever is stacked; played on a device without numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from graphs import LevelCurve, RunContext
from graphs.running.context import Meter
from nodes.cond.prompt import prompt
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network, checkpoint
from nodes.noise.gaussian import gaussian
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.sample import sample
from nodes.solver.trajectory import trajectory
from tests.nodes.gaussian import Gaussian, context, means, query
from tests.nodes.loops import finish, told_by
from tests.nodes.networks.examples import random_network, small_file
from tests.nodes.waiting import DEVICE, WaitedError, no_waiting

CURVE = LevelCurve(((0.5, 1.0), (2.0, 3.0)), "linear")
LEVELS = {
    "karras": karras(num_inference_steps=5, sigma_max=40.0).s,
    "rows of their own": torch.stack(
        [karras(num_inference_steps=5, sigma_max=top).s for top in (40.0, 9.0, 1.0, 80.0)], 1
    ),
    "rows that wait for others": torch.tensor(
        [[math.inf, 4.0, 4.0, 4.0], [9.0, 4.0, 2.0, 1.0], [9.0, 4.0, 0.0, 0.25], [0.0, 0.1, 0.0, 0.25]],
        dtype=torch.float64,
    ),
}


def on_device() -> RunContext:
    return RunContext(Meter(), device=DEVICE)


@pytest.mark.parametrize("levels", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("scale", [1.0, 2.5, CURVE], ids=["unguided", "guided", "curve"])
@pytest.mark.parametrize("negative", [None, -1.0], ids=["against nothing", "against a negative"])
def test_heun_and_guidance_never_wait(levels: torch.Tensor, scale: float | LevelCurve, negative: float | None) -> None:
    against = None if negative is None else means(negative).to(DEVICE)
    model = cfg(Gaussian(), means(1.0, 2.0).to(DEVICE), against, guidance_scale=scale)
    noise = gaussian(model, count=4)
    with no_waiting():
        result, previews = finish(sample(noise, model, heun(), Levels(levels), run=on_device()))
    assert {one.x.device.type for one in (result, *previews)} == {DEVICE}
    assert {one.s.device.type for one in (result, *previews)} == {"cpu"}
    assert len(previews) == len(levels) - 1
    assert result.rows.seed.device.type == "cpu"
    assert torch.equal(result.s, levels[-1].expand(4))


@pytest.mark.parametrize("levels", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("scale", [2.5, CURVE], ids=["guided", "curve"])
def test_neither_does_a_whole_graph_with_a_network_from_a_file(
    tmp_path: Path, levels: torch.Tensor, scale: float | LevelCurve
) -> None:
    weights = tmp_path / "small.safetensors"
    weights.write_bytes(small_file())
    network = checkpoint(weights=str(weights), run=on_device())
    run = on_device()
    with no_waiting():
        model = cfg(network, prompt(network, text="one\ncat"), guidance_scale=scale)
        result, _ = finish(sample(gaussian(model, count=4), model, heun(), Levels(levels), run=run))
    assert result.x.device.type == DEVICE
    assert result.x.dtype == torch.float32
    assert run.meter.rows > 0


@pytest.mark.parametrize("levels", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize(
    "solver", [euler(), ddim(eta=0.5), ancestral(), dpmpp_2m()], ids=["euler", "ddim", "ancestral", "dpmpp_2m"]
)
def test_the_other_solvers_never_wait_and_neither_does_recording(levels: torch.Tensor, solver: Solver) -> None:
    model = Gaussian(event=(1, 2, 2))
    noise = gaussian(model, count=4)
    with no_waiting():
        (result, found), _ = told_by(trajectory(noise, model, solver, Levels(levels), run=on_device()))
    assert found.x is not None
    assert {result.x.device.type, found.x.device.type} == {DEVICE}
    assert {result.s.device.type, found.s.device.type} == {"cpu"}


def test_a_condition_that_lies_elsewhere_comes_to_the_network() -> None:
    text = Network(random_network()).prompt(("one",))
    model = cfg(Network(random_network().to(DEVICE)), text, guidance_scale=2.0)
    with no_waiting():
        result, _ = finish(sample(gaussian(model, count=2), model, heun(), karras(), run=on_device()))
    assert result.x.device.type == DEVICE


def test_a_network_asked_from_elsewhere_answers_there() -> None:
    """It brings x to itself and its answer back; only from a GPU to the host is that waited for."""
    network, question = Network(random_network().to(DEVICE)), query(torch.zeros(2, 1, 8, 8), 1.0)
    with no_waiting(), pytest.raises(WaitedError, match="copied back to the host"):
        predict(network, question, context())


class Nosy(Solver):
    """A solver that looks at the numbers before it goes on."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: torch.Tensor, ctx: Context) -> State:
        """Forward only where the sum is positive."""
        state, x0 = look(model, state, s_next, ctx)
        return state.reached(x0 if bool(state.x.sum() > 0) else state.x, s_next)


class Hasty(Mixer):
    """A model that indexes what lies on the device with what lies on the host."""

    def __init__(self, model: Model) -> None:
        self.model, self.space = model, model.space

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question as it is."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answers in the order of their levels."""
        return Prediction(answers[0].x0[torch.argsort(q.s)])


def test_a_solver_that_looks_at_the_numbers_is_caught() -> None:
    model = Gaussian()
    with no_waiting(), pytest.raises(WaitedError, match="asks for numbers"):
        finish(sample(gaussian(model, count=2), model, Nosy(), karras(), run=on_device()))


def test_a_model_that_indexes_by_the_host_is_caught() -> None:
    model = Hasty(Gaussian())
    with no_waiting(), pytest.raises(WaitedError, match="meets one of the device"):
        finish(sample(gaussian(model, count=2), model, heun(), karras(), run=on_device()))
