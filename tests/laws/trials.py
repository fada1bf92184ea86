"""Whether a behaviour works at all with what it was made of: each is asked once, as it may refuse only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.codec import Codec
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from tests.laws import exact
from tests.laws.kit import World
from tests.laws.stand_ins import Doubling


def try_out(value: object, world: World) -> None:
    """Ask it once; `InputError` where it refuses."""
    ctx = exact.context()
    with torch.no_grad():
        match value:
            case Model():
                try_model(value)
            case Solver():
                solve(model_of(world), value, noise_of(world), exact.levels(), ctx)
            case Reward():
                score(value, points_for(value), ctx)
            case Operator():
                value.apply(exact.clean().x, exact.clean().rows)
            case Codec():
                value.encode(pictures_for(value), ctx)
            case Program():
                value.run(noise_of(world), ctx)


def try_model(model: Model) -> None:
    """Ask a model at one level, about points of its own space."""
    sample = noise_like(model)
    predict(model, exact.question(exact.at_level(sample, 1.0).x, 1.0, sample.rows), exact.context())


def noise_like(model: Model, count: int = exact.BATCH) -> Sample:
    """Noise of a model's own space."""
    if model.space.vocabulary:
        return exact.masked(count, model.space)
    return exact.noise(count, model.space)


def model_of(world: World) -> Model:
    """The model that a world's solvers are tried on."""
    return exact.Exact() if world == "points" else exact.Spelling()


def noise_of(world: World, count: int = exact.BATCH) -> Sample:
    """The noise that a world's solvers begin with."""
    return exact.noise(count) if world == "points" else exact.masked(count)


def points_for(reward: Reward) -> Sample:
    """Clean points of a space that a reward reads; `InputError` where it reads none of them."""
    own = [noise_like(part) for part in vars(reward).values() if isinstance(part, Model)]
    known = [replace(sample, s=torch.zeros_like(sample.s)) for sample in own]
    known += [exact.clean(), Doubling().encode(exact.clean(), exact.context()), exact.spelled(), exact.plane()]
    return _first_taken(known, lambda points: score(reward, points, exact.context()))


def pictures_for(codec: Codec) -> Sample:
    """Clean pictures that a codec encodes, grey or in colour; `InputError` where it encodes neither."""
    known = [exact.clean(), exact.clean(space=Space("pixels", (3, 16, 16)))]
    return _first_taken(known, lambda points: codec.encode(points, exact.context()))


def _first_taken(known: list[Sample], ask: Callable[[Sample], object]) -> Sample:
    trouble: list[InputError] = []
    for points in known:
        try:
            with torch.no_grad():
                ask(points)
        except InputError as error:
            trouble.append(error)
            continue
        return points
    raise trouble[0]
