"""Optimising noise through all steps: closed forms on a Gaussian, gradients, counts, and memory."""

from __future__ import annotations

import math
import weakref
from dataclasses import replace
from functools import cached_property

import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.model import Leaf
from nodes.contracts.program import Parts
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.reward.quadratic import quadratic
from nodes.search.optimise_noise import optimise_noise
from nodes.search.program import program
from nodes.search.through import solved
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from tests.laws import exact
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.running import finished, numbers, run_with
from tests.oracles import Oracle


class Smooth(Gaussian):
    """The Gaussian, which gives gradients."""

    abilities = frozenset({"conditional", "differentiable"})


LEVELS = karras(num_inference_steps=5)
OVER = program(Smooth(0.3, 0.5, (1,)), euler(), LEVELS)


def line() -> tuple[float, float]:
    """The program is a n + b: its a and b."""
    ends = OVER.run(pure_noise(2, (1,)), context()).x[:, 0]
    noise = pure_noise(2, (1,)).x[:, 0]
    slope = (ends[1] - ends[0]) / (noise[1] - noise[0])
    return float(slope), float(ends[0] - slope * noise[0])


def test_it_comes_to_the_optimum_of_a_linear_program(oracle: Oracle) -> None:
    """Of −(a n + b − t)²/2: n* = (t − b)/a."""
    slope, offset = line()
    search = optimise_noise(
        pure_noise(3, (1,)),
        OVER,
        quadratic(point=(1.1,)),
        iterations=60,
        learning_rate=1.0,
        momentum=0.5,
        regularisation=0.0,
        clip=100.0,
        run=run_with(),
    )
    apart = float((finished(search).noise.x - (1.1 - offset) / slope).abs().max())
    oracle("search.optimise_noise", "n* = (t − b)/a of a linear program", apart, 1e-4)


def test_regularised_moves_are_those_of_plain_arithmetic(oracle: Oracle) -> None:
    """One number: n ← n + η m, m ← μ m + g − c n, by hand with the program as a n + b."""
    slope, offset = line()
    n, m, seen = float(pure_noise(1, (1,)).x), 0.0, list[float]()
    for _ in range(6):
        seen.append(-((slope * n + offset - 1.1) ** 2) / 2)
        m = 0.9 * m - slope * (slope * n + offset - 1.1) - 0.5 * n
        n += 0.2 * m
    found = finished(
        optimise_noise(
            pure_noise(1, (1,)), OVER, quadratic(point=(1.1,)), iterations=5, learning_rate=0.2, regularisation=0.5,
            clip=1e6, run=run_with(),
        )
    )  # fmt: skip
    best = [max(seen[: number + 1]) for number in range(6)]
    apart = max(abs(one - other) for one, other in zip(numbers(found.curve, "reward"), best, strict=True))
    oracle("search.optimise_noise", "six moves of a linear program by hand", apart, 1e-5)


def test_the_gradient_through_all_steps_is_the_finite_difference_with_and_without_checkpoints(oracle: Oracle) -> None:
    for solver in (euler(), dpmpp_2m()):
        parts = Parts(exact.Exact(), solver, exact.levels())
        noise = exact.noise(2)
        slopes = []
        for checkpointing in (True, False):
            x = noise.x.clone().requires_grad_()
            ended = solved(parts, replace(noise, x=x), exact.context(), checkpointing=checkpointing)
            slopes.append(torch.autograd.grad(ended.x.square().sum(), x)[0])
        assert torch.equal(*slopes)
        little = 1e-5

        def value(step: float, own: Parts = parts, at: Sample = noise) -> float:
            moved = replace(at, x=at.x + step)
            return float(solved(own, moved, exact.context(), checkpointing=False).x.detach().square().sum())

        difference = (value(little) - value(-little)) / (2 * little)
        apart = abs(float(slopes[0].sum()) - difference)
        oracle("search.optimise_noise", "gradient through all steps against differences", apart, 1e-5)


@pytest.mark.parametrize("checkpointing", [True, False])
def test_it_counts_every_run_and_every_pass_backward(*, checkpointing: bool) -> None:
    meter = Meter()
    run, noise = run_with(meter), pure_noise(2, (1,))
    found = finished(optimise_noise(noise, OVER, linear(), iterations=3, checkpointing=checkpointing, run=run))
    runs = 3 * (2 if checkpointing else 1) + 1
    assert meter.rows == 2 * 5 * runs
    assert meter.backwards == 2 * 5 * 3
    assert numbers(found.curve, "nfe")[3] == 5 * runs
    curve = numbers(found.curve, "reward")[:4]
    assert curve == sorted(curve)
    assert not found.noise.x.requires_grad
    assert not found.best.x.requires_grad


def test_on_the_sphere_the_length_stays_and_rows_go_by_themselves() -> None:
    over = program(exact.Exact(), euler(), exact.levels())
    noise = exact.noise(3)
    found = finished(optimise_noise(noise, over, quadratic(), iterations=4, keep="sphere", run=run_with()))
    moved = (found.noise.x != noise.x).flatten(1).any(1)
    lengths = found.noise.x.square().flatten(1).sum(1).sqrt()[moved]
    torch.testing.assert_close(lengths, torch.full_like(lengths, math.sqrt(16)))
    row = noise.take(torch.tensor([1]))
    alone = finished(optimise_noise(row, over, quadratic(), iterations=4, keep="sphere", run=run_with()))
    torch.testing.assert_close(alone.best.x[0], found.best.x[1])


class Watched(Leaf):
    """A network of one hidden layer that tells how many of its hidden numbers are alive at once."""

    abilities = frozenset({"differentiable"})
    space = Space("plane", (2,))

    @cached_property
    def alive(self) -> list[int]:
        """How many hidden layers are held now, and the most that ever were."""
        return [0, 0]

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def gone(self) -> None:
        """One is held no more."""
        self.alive[0] -= 1

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """A little of each of many waves."""
        hidden = torch.sin(q.x @ torch.linspace(-1, 1, 128, dtype=q.x.dtype).reshape(2, 64))
        self.alive[0] += 1
        self.alive[1] = max(self.alive)
        weakref.finalize(hidden.untyped_storage(), self.gone)
        return Prediction((hidden * hidden) @ torch.full((64, 2), 0.01, dtype=q.x.dtype))


def most_alive(steps: int, *, checkpointing: bool) -> int:
    """The most hidden layers that were held at once while a gradient was found."""
    model = Watched()
    over = program(model, euler(), karras(num_inference_steps=steps))
    run = run_with()
    finished(optimise_noise(pure_noise(1), over, quadratic(), iterations=1, checkpointing=checkpointing, run=run))
    return model.alive[1]


def test_with_checkpoints_the_memory_is_that_of_one_network_whatever_the_steps(oracle: Oracle) -> None:
    held = [most_alive(steps, checkpointing=True) for steps in (8, 32)]
    oracle("search.optimise_noise", "networks' activations held at once, 32 steps with checkpoints", held[1], 2)
    assert held[0] == held[1]
    assert most_alive(32, checkpointing=False) >= 32


def test_what_has_no_gradient_is_refused() -> None:
    rough = scored_by(lambda x: x[:, 0], space="any")
    for over, reward in ((program(Gaussian(), euler(), LEVELS), linear()), (OVER, rough)):
        with pytest.raises(InputError, match="no gradient"):
            finished(optimise_noise(pure_noise(1, (1,)), over, reward, run=run_with()))
