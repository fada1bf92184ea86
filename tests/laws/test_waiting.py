"""In a loop of sampling nobody waits for the device, whatever is stacked; played on tensors without numbers."""

from __future__ import annotations

from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.stand_ins import Euler, Momentum, TwoStep
from tests.laws.stating import built, is_guidance, is_solver, law, model_of, solver_of
from tests.laws.subjects import Subject
from tests.laws.trials import model_of as model_in
from tests.laws.trials import noise_like
from tests.nodes.waiting import DEVICE, no_waiting


def never_waits(model: Model, solver: Solver) -> None:
    """From the noise to the sample, which lies on the device; what decides stays on the host."""
    noise = noise_like(model).to(DEVICE)
    with no_waiting():
        result = solve(model, solver, noise, exact.levels(), exact.context())
    assert result.x.device.type == DEVICE
    assert {result.s.device.type, result.rows.seed.device.type} == {"cpu"}


@law("nothing waits for the device", is_solver)
def test_no_solver_waits_for_the_device(subject: Subject) -> None:
    made = built(subject)
    never_waits(model_in(made.world), solver_of(made))
    if made.world == "points":
        never_waits(Momentum(exact.Exact()), solver_of(made))


@law("nothing waits for the device", is_guidance)
def test_no_guidance_waits_for_the_device(subject: Subject) -> None:
    first = built(subject)
    there = {name: on_device(entry.value) for name, entry in first.given.items() if holds_conditions(entry.value)}
    for solver in (Euler(), TwoStep()):
        never_waits(model_of(subject.build(there, tried=False)), solver)


def holds_conditions(value: object) -> bool:
    """Whether a port was given a condition, or several."""
    return isinstance(value, Cond) or (isinstance(value, tuple) and all(isinstance(entry, Cond) for entry in value))


def on_device(value: object) -> object:
    """The same conditions there."""
    if isinstance(value, tuple):
        return tuple(on_device(entry) for entry in value)
    return value.to(DEVICE) if isinstance(value, Cond) else value
