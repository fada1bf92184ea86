"""One law of the data as networks of several processes and targets is one model, whatever solves or guides it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from nodes.contracts.conversions import Coefficients, Target, target_from
from nodes.contracts.driving import solve
from nodes.contracts.levels import factor
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.solver import Solver
from nodes.processes.adapted import Adapted
from nodes.processes.named import ProcessName, process_named
from tests.laws import exact
from tests.laws.stand_ins import TwoStep
from tests.laws.stating import built, is_guidance, is_solver, law, model_of, solver_of
from tests.laws.subjects import Subject

WRAPPINGS: tuple[tuple[ProcessName, Target], ...] = (
    ("ve", "score"),
    ("edm", "edm"),
    ("vp_linear", "epsilon"),
    ("vp_cosine", "v_prediction"),
    ("flow", "velocity"),
)
WITHIN = (6.0, 2.0, 0.7, 0.2, 0.0)
"""Levels that all these processes have."""
LARGEST_DIFFERENCE = 1e-7


def network(process: Process, target: Target) -> Model:
    """The exact model as a network that was trained perfectly for this process and target."""
    exactly = exact.Exact()

    def raw(x: Tensor, time: Tensor, entries: Mapping[str, Tensor]) -> Tensor:
        s = process.level(time)
        at = Coefficients.of(process, s)
        ours = x / factor(torch.hypot(at.alpha, at.sigma), x)
        mean = entries.get("mean", torch.full((len(x), 1), exactly.mean, dtype=x.dtype))
        return target_from(target, x, exactly.answer(ours, s, mean), at)

    return Adapted(raw, process, target, exact.SPACE)


def one_result(models: list[Model], solver: Solver) -> None:
    """All of these sample the same."""
    levels = exact.levels(WITHIN)
    first, *others = (solve(model, solver, exact.noise(), levels, exact.context()) for model in models)
    apart = {name: float((other.x - first.x).abs().max()) for (name, _), other in zip(WRAPPINGS, others, strict=True)}
    assert max(apart.values()) < LARGEST_DIFFERENCE, apart


def wrapped() -> list[Model]:
    """The exact model, and all its wrappings."""
    return [exact.Exact(), *(network(process_named(name), target) for name, target in WRAPPINGS)]


@law("VE, VP and flow wrappings of one law give one result", is_solver)
def test_a_solver_makes_one_result_of_all_wrappings(subject: Subject) -> None:
    made = built(subject)
    if made.world == "points":
        one_result(wrapped(), solver_of(made))


@law("VE, VP and flow wrappings of one law give one result", is_guidance)
def test_guidance_makes_one_result_of_all_wrappings(subject: Subject) -> None:
    given = {name: entry.value for name, entry in built(subject).given.items()}
    models = [
        model_of(subject.build({name: instead(value, model) for name, value in given.items()})) for model in wrapped()
    ]
    one_result(models, TwoStep())


def instead(value: object, model: Model) -> object:
    """What a port was given, or this model where that was one."""
    if isinstance(value, tuple):
        return tuple(instead(entry, model) for entry in value)
    return model if isinstance(value, Model) else value
