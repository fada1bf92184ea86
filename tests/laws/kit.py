"""What a port is given, by its type: stand-ins first, then whatever a node of the catalogue gives by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import torch

from graphs import Estimate, Span
from nodes.contracts.draws import normal
from nodes.contracts.driving import drive
from nodes.contracts.marks import Points
from nodes.contracts.media import Image, Number, Text
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.plot import Plot
from nodes.contracts.program import Parts
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway
from nodes.contracts.table import Table
from nodes.contracts.trajectory import Trajectory
from nodes.solver.unmask import unmask
from tests.laws import exact
from tests.laws.stand_ins import Ancestral, Bound, Doubling, Euler, Nearness, TwoStep, UpperHalf

World: TypeAlias = Literal["points", "tokens"]
"""What is solved: points of real numbers, or tokens."""

SOLVERS: Mapping[str, Callable[[], Solver]] = {"Euler": Euler, "Ancestral": Ancestral, "TwoStep": TwoStep}


@dataclass(frozen=True)
class Given:
    """A value for a port, its name for a person, and what a plan would know of it."""

    name: str
    value: object
    estimate: Estimate = field(default_factory=Estimate)


def stand_ins(kind: str, port: str, world: World) -> list[Given]:
    """What may be given to a port of that type, the likeliest first."""
    make = _MAKERS.get((kind, world)) or _MAKERS.get((kind, "points"))
    return make(port) if make else []


def _models(port: str) -> list[Given]:
    each = Estimate(each=Span.of(1))
    first = [Given("Exact", exact.Exact(), each), Given("Exact elsewhere", exact.Exact(-0.5), each)]
    return [*first, Given("Mixture", exact.mixture(), each)]


def _spelling(port: str) -> list[Given]:
    return [Given("Spelling", exact.Spelling(), Estimate(each=Span.of(1)))]


def _conditions(port: str) -> list[Given]:
    if port.startswith(("neg", "second")):  # two that were equal would be asked once
        return [Given("mean −0.6", exact.means(-0.6))]
    return [Given("means", exact.means(0.4, -0.3, 0.1)), Given("another mean", exact.means(0.9))]


def _samples(port: str) -> list[Given]:
    rows = Estimate(rows=Span.of(exact.BATCH))
    noise, clean = Given("noise", exact.noise(), rows), Given("points", exact.clean(), rows)
    latents = Given("latents", Doubling().encode(exact.clean(), exact.context()), rows)
    return [noise, clean, latents] if "noise" in port or port == "like" else [clean, noise, latents]


def _masked(port: str) -> list[Given]:
    return [Given("masked tokens", exact.masked(), Estimate(rows=Span.of(exact.BATCH)))]


def _levels(port: str) -> list[Given]:
    steps = Span.of(len(exact.FALLING) - 1), Span.of(len(exact.RISING) - 1)
    return [
        Given("falling", exact.levels(), Estimate(steps=steps[0])),
        Given("rising", exact.levels(exact.RISING), Estimate(steps=steps[1])),
    ]


def _solvers(port: str) -> list[Given]:
    once = Estimate(calls=lambda steps: steps)
    return [Given(name, make(), once) for name, make in SOLVERS.items()]


def _token_solvers(port: str) -> list[Given]:
    return [Given("Unmask", unmask(), Estimate(calls=lambda steps: steps)), *_solvers(port)]


def measurement(operator: Operator) -> Given:
    """What an operator sees of points of its own."""
    points = exact.clean(1)
    return Given("measured", Measurement(operator.apply(points.x, points.rows), 0.1))


def _programs(port: str) -> list[Given]:
    parts = [Parts(exact.Exact(), make(), exact.levels()) for make in SOLVERS.values()]
    steps = len(exact.FALLING) - 1
    return [Given(name, Bound(part), Estimate(each=Span.of(steps))) for name, part in zip(SOLVERS, parts, strict=True)]


def _trajectories(port: str) -> list[Given]:
    states = list(drive(exact.Exact(), Euler(), exact.noise(), exact.levels(), exact.context()))
    x, s = torch.stack([state.x for state in states]), torch.stack([state.s for state in states])
    x0 = torch.stack([state.pred.x0 for state in states[1:] if state.pred is not None])
    z = torch.stack([normal(states[0].rows, exact.SPACE.event, "z", step=step).double() for step in range(len(x0))])
    told = {"told/mean": x0.flatten(2).mean(2)}
    recorded = Trajectory(s, states[0].rows, states[0].space, x, x0, z, told)
    nulls = {"null_text/mean": torch.linspace(-0.5, 0.5, z[..., 0, 0, 0].numel()).double().reshape(*z.shape[:2], 1)}
    return [Given("recorded", recorded), Given("with null conditions", replace(recorded, aux=nulls))]


def _halfway(port: str) -> list[Given]:
    states = list(drive(exact.Exact(), Euler(), exact.noise(), exact.levels(), exact.context()))
    return [Given("after 2 steps", Halfway(2, states[2]), Estimate(rows=Span.of(exact.BATCH)))]


def _rewards(port: str) -> list[Given]:
    latent = Nearness(0.3, "latents")
    return [Given("Nearness", Nearness()), Given("Nearness of latents", latent), Given("elsewhere", Nearness(-0.2))]


def _images(port: str) -> list[Given]:
    pixels = torch.arange(exact.BATCH * 16, dtype=torch.uint8).reshape(exact.BATCH, 4, 4, 1)
    return [Given("pictures", Image(pixels * 4), Estimate(rows=Span.of(exact.BATCH)))]


def _tables(port: str) -> list[Given]:
    coded = Table((("code", ("AAEC", "AwQF")),))  # a byte for each step of the falling levels that draws
    return [Given("table", Table((("value", (1.0, 2.0)),))), Given("codes", coded, Estimate(rows=Span.of(2)))]


_MAKERS: Mapping[tuple[str, World], Callable[[str], list[Given]]] = {
    ("Model", "points"): _models,
    ("Model", "tokens"): _spelling,
    ("Cond", "points"): _conditions,
    ("Sample", "points"): _samples,
    ("Sample", "tokens"): _masked,
    ("Levels", "points"): _levels,
    ("Solver", "points"): _solvers,
    ("Solver", "tokens"): _token_solvers,
    ("Reward", "points"): _rewards,
    ("Operator", "points"): lambda _: [Given("UpperHalf", UpperHalf())],
    ("Measurement", "points"): lambda _: [measurement(UpperHalf())],
    ("Codec", "points"): lambda _: [Given("Doubling", Doubling())],
    ("Program", "points"): _programs,
    ("Trajectory", "points"): _trajectories,
    ("Halfway", "points"): _halfway,
    ("Image", "points"): _images,
    ("Text", "points"): lambda _: [Given("text", Text("a text"))],
    ("Number", "points"): lambda _: [Given("number", Number(0.5))],
    ("Plot", "points"): lambda _: [Given("plot", Plot((Points(torch.tensor([[0.0, 1.0], [2.0, -1.0]])),)))],
    ("Table", "points"): _tables,
}
