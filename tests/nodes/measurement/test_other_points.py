"""Operators and measurements of other points than a method meets are refused, and told of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from graphs import InputError
from nodes.codec.haar import haar
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.guidance.observation import observation
from nodes.levels.karras import karras
from nodes.measurement.blur import blur
from nodes.measurement.colorization import colorization
from nodes.measurement.compressed_sensing import compressed_sensing
from nodes.measurement.ddnm import ddnm
from nodes.measurement.decoded import decoded
from nodes.measurement.diffpir import diffpir
from nodes.measurement.dps import dps
from nodes.measurement.flowchef import flowchef
from nodes.measurement.fourier_mask import fourier_mask
from nodes.measurement.low_pass import low_pass
from nodes.measurement.mask import mask
from nodes.measurement.measure import measure
from nodes.measurement.observed import observed
from nodes.measurement.phase_retrieval import phase_retrieval
from nodes.measurement.pigdm import pigdm
from nodes.measurement.pinv import pinv
from nodes.measurement.stack import stack
from nodes.measurement.super_resolution import super_resolution
from nodes.solver.afdps import afdps
from nodes.solver.ancestral import ancestral
from nodes.solver.daps import daps
from nodes.solver.ddnm_plus import ddnm_plus
from nodes.solver.ddrm import ddrm
from nodes.solver.heun import heun
from nodes.solver.ilvr import ilvr
from nodes.solver.tds import tds
from tests.nodes.gaussian import context, pure_noise
from tests.nodes.measurement.toys import Smooth, clean

LIKE = clean(2, (3, 8, 8))
OPERATORS: list[Operator] = [
    mask(LIKE),
    super_resolution(LIKE, factor=4),
    blur(LIKE),
    colorization(LIKE),
    compressed_sensing(LIKE),
    compressed_sensing(clean(2, (2, 8, 8)), ensemble="hadamard"),
    fourier_mask(LIKE),
    low_pass(LIKE),
    phase_retrieval(LIKE),
    stack((mask(LIKE), blur(LIKE)), LIKE),
]
MODELS: list[Callable[[Model, Operator, Measurement], Model]] = [
    ddnm,
    diffpir,
    dps,
    pigdm,
    flowchef,
    observation,
]
SOLVERS: list[Callable[[Operator, Measurement], Solver]] = [
    ddrm,
    ddnm_plus,
    daps,
    afdps,
    lambda operator, seen: ilvr(heun(), operator, seen),
    lambda operator, seen: tds(ancestral(), operator, seen),
]


def named(operator: Operator) -> str:
    """What it is called in the report."""
    return type(operator).__name__


@pytest.mark.parametrize("operator", OPERATORS, ids=named)
def test_points_of_another_shape_are_not_measured(operator: Operator) -> None:
    with pytest.raises(InputError, match="measures other points"):
        measure(clean(2, (5,)), operator)
    if named(operator) not in ("Grayscale", "Magnitudes"):
        with pytest.raises(InputError, match="measures other points"):
            measure(clean(2, (3, 6, 6)), operator)


def test_tokens_and_noised_points_are_not_measured() -> None:
    still = torch.zeros(2, dtype=torch.float64)
    tokens = Sample(
        torch.zeros(2, 5, dtype=torch.int64), still, Space("text", (5,), vocabulary=("a",)), Rows.first(0, 2)
    )
    for sample in (tokens, pure_noise(2, (3, 8, 8))):
        with pytest.raises(InputError, match="no clean points"):
            measure(sample, OPERATORS[0])


@pytest.mark.parametrize("event", [(3, 6, 6), (5,)], ids=str)
@pytest.mark.parametrize("place", range(len(MODELS) + len(SOLVERS)))
def test_every_method_refuses_an_operator_of_other_points(place: int, event: tuple[int, ...]) -> None:
    operator, model = OPERATORS[0], Smooth(0.0, 1.0, event)
    with pytest.raises(InputError, match="measures other points"):
        sampled(place, model, operator, measure(LIKE, operator, sigma_y=0.1))


@pytest.mark.parametrize("place", range(len(MODELS) + len(SOLVERS)))
def test_every_method_refuses_a_measurement_of_another_shape(place: int) -> None:
    """One that would broadcast too: a grey picture said to be what a mask saw of a coloured one."""
    operator, model = OPERATORS[0], Smooth(0.0, 1.0, (3, 8, 8))
    for event in ((1, 8, 8), (3, 4, 4), (5,)):
        with pytest.raises(InputError, match="another shape than what the operator sees"):
            sampled(place, model, operator, observed(clean(2, event), operator, sigma_y=0.1))


def test_the_shortest_point_is_of_the_points_that_are_measured() -> None:
    with pytest.raises(InputError, match="measures other points"):
        pinv(measure(LIKE, OPERATORS[0]), OPERATORS[0], clean(1, (3, 6, 6)))
    with pytest.raises(InputError, match="another shape than what"):
        pinv(observed(clean(1, (1, 8, 8)), OPERATORS[0]), OPERATORS[0], LIKE)


def test_what_an_operator_decodes_is_counted() -> None:
    codec, pixels = haar(), clean(2, (1, 4, 4))
    space = codec.encode(pixels, context()).space
    operator = decoded(mask(pixels), codec, Sample(torch.zeros(2, *space.event), pixels.s, space, pixels.rows))
    latent = Smooth(0.0, 1.0, space.event)
    latent.space = space
    noise = pure_noise(2, space.event)
    ctx, levels = context(), karras(num_inference_steps=3)
    seen = Measurement(torch.zeros(2, 1, 4, 4, dtype=torch.float64), 0.1)
    for pulled in (dps(latent, operator, seen), dps(latent, stack((operator, operator), latent), both(seen))):
        before = ctx.meter.decodes, ctx.meter.rows
        solve(pulled, heun(), Sample(noise.x, noise.s, space, noise.rows), levels, ctx)
        asked = ctx.meter.rows - before[1]
        assert asked == 10
        assert ctx.meter.decodes - before[0] == (asked if not before[0] else 2 * asked)


def both(seen: Measurement) -> Measurement:
    """The same twice, as a stack sees it."""
    return Measurement(torch.cat([seen.y.flatten(1)] * 2, 1), seen.sigma)


def sampled(place: int, model: Model, operator: Operator, seen: Measurement) -> Sample:
    """Two rows by the method of that number."""
    levels, noise = karras(num_inference_steps=3), pure_noise(2, model.space.event)
    if place < len(MODELS):
        return solve(MODELS[place](model, operator, seen), heun(), noise, levels, context())
    return solve(model, SOLVERS[place - len(MODELS)](operator, seen), noise, levels, context())
