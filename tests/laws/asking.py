"""What each behaviour can be asked, about any rows of one batch: the laws ask, and compare the answers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from nodes.contracts.asking import predict
from nodes.contracts.codec import Codec
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.process import Process
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.comparing import NETWORK, contents
from tests.laws.kit import World
from tests.laws.stand_ins import Momentum, TwoStep
from tests.laws.subjects import Subject
from tests.laws.trials import model_of, noise_like, noise_of, pictures_for, points_for

BY_ROWS = ("Model", "Solver", "Reward", "Operator", "Codec", "Program", "Process")


def works_on_rows(subject: Subject) -> bool:
    """A node that gives something which is asked about rows."""
    return any(subject.gives(kind) for kind in BY_ROWS)


Ask = Callable[[Tensor], dict[str, Tensor]]
"""What is found for the rows at some positions of one and the same batch."""


def questions(value: object, world: World) -> dict[str, Ask]:
    """What a behaviour can be asked, as functions of which rows it is asked about."""
    match value:
        case Model():
            asked = {"one level": one_level(value)}
            only = bool(tolerance_of(value) or value.space.vocabulary)
            return asked if only else asked | {"a run": run_of(value, TwoStep(), noise_like(value))}
        case Solver():
            alone = {"a run": run_of(model_of(world), value, noise_of(world))}
            if world == "tokens":
                return alone
            return alone | {"a run with memory": run_of(Momentum(model_of(world)), value, noise_of(world))}
        case Reward():
            return {} if "population" in value.abilities else {"scores": scores_of(value, points_for(value))}
        case Operator():
            return seen_by(value)
        case Codec():
            pictures = pictures_for(value)
            return {"encode": lambda index: contents(value.encode(pictures.take(index), exact.context()))}
        case Program():
            return {"run": lambda index: contents(value.run(noise_of(world).take(index), exact.context()))}
        case Process():
            return {"its time": time_of(value)}
    raise AssertionError(type(value))


def time_of(process: Process) -> Ask:
    """The time of levels that differ by row, and what the process is there."""

    def ask(index: Tensor) -> dict[str, Tensor]:
        s = torch.tensor([0.4, 1.0, 2.5, 9.0], dtype=torch.float64)[index]
        time = process.time(s)
        rates = process.rates(time)
        return {"time": time, "level": process.level(time), "alpha": process.alpha(s), "rates": torch.stack(rates, 1)}

    return ask


def one_level(model: Model) -> Ask:
    """The answer at levels that differ by row."""

    def ask(index: Tensor) -> dict[str, Tensor]:
        s = torch.tensor([0.4, 1.0, 2.5, 9.0], dtype=torch.float64)
        sample = noise_like(model).take(index)
        with torch.no_grad():
            answer = predict(model, exact.question(sample.x, s[index], sample.rows), exact.context())
        return {"x0": answer.x0, **answer.keep, **({} if answer.eps is None else {"eps": answer.eps})}

    return ask


def run_of(model: Model, solver: Solver, noise: Sample) -> Ask:
    """The sample at the end of a run."""
    levels = exact.levels()
    return lambda index: contents(solve(model, solver, noise.take(index), levels, exact.context()))


def scores_of(reward: Reward, points: Sample) -> Ask:
    """The scores of points."""
    return lambda index: {"scores": score(reward, points.take(index), exact.context())}


def seen_by(operator: Operator) -> dict[str, Ask]:
    """What an operator sees, and the ways back where it has them."""
    points = exact.clean()

    def seen(index: Tensor) -> dict[str, Tensor]:
        return {"y": operator.apply(points.x[index], points.rows.take(index))}

    def back(index: Tensor) -> dict[str, Tensor]:
        rows, y = points.rows.take(index), seen(index)["y"]
        rho = torch.full((len(rows),), 0.7, dtype=torch.float64)
        near = operator.prox(points.x[index] / 2, y, rho, rows)
        return {"adjoint": operator.adjoint(y, rows), "pinv": operator.pinv(y, rows), "prox": near}

    return {"apply": seen, "back": back} if "linear" in operator.abilities else {"apply": seen}


def tolerance_of(value: object) -> float:
    """None for what stays in float64; that of float32 where a network answers."""
    parts = list(vars(value).values())
    if any(isinstance(part, nn.Module) for part in parts):
        return NETWORK
    return max((tolerance_of(part) for part in parts if isinstance(part, Model)), default=0.0)


def sample_of(value: object, subject: Subject) -> Sample:
    """The batch that a node gives."""
    if isinstance(value, tuple):
        value = value[next(number for number, port in enumerate(subject.record.outputs) if "Sample" in port.types)]
    assert isinstance(value, Sample)
    return value
