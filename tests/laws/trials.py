"""Whether a behaviour works at all with what it was made of: each is asked once, as it may refuse only then."""

from __future__ import annotations

import torch

from nodes.contracts.asking import predict
from nodes.contracts.codec import Codec
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.kit import World


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
                score(value, exact.clean() if world == "points" else exact.masked(), ctx)
            case Operator():
                value.apply(exact.clean().x, exact.clean().rows)
            case Codec():
                value.encode(exact.clean(), ctx)
            case Program():
                value.run(noise_of(world), ctx)


def try_model(model: Model) -> None:
    """Ask a model at one level, about points of its own space."""
    sample = noise_like(model)
    predict(model, exact.question(exact.at_level(sample, 1.0).x, 1.0, sample.rows), exact.context())


def noise_like(model: Model, count: int = exact.BATCH) -> Sample:
    """Noise of a model's own space."""
    if model.space.vocabulary:
        return exact.masked(count)
    return exact.noise(count, model.space)


def model_of(world: World) -> Model:
    """The model that a world's solvers are tried on."""
    return exact.Exact() if world == "points" else exact.Spelling()


def noise_of(world: World, count: int = exact.BATCH) -> Sample:
    """The noise that a world's solvers begin with."""
    return exact.noise(count) if world == "points" else exact.masked(count)
