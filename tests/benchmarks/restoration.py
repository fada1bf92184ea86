"""How well damaged digits are restored, by every method that is told of the measurement."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from graphs import RunContext
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.levels.karras import karras
from nodes.measurement.blur import blur
from nodes.measurement.ddnm import ddnm
from nodes.measurement.diffpir import diffpir
from nodes.measurement.dps import dps
from nodes.measurement.flowchef import flowchef
from nodes.measurement.mask import mask
from nodes.measurement.measure import measure
from nodes.measurement.pigdm import pigdm
from nodes.measurement.pinv import pinv
from nodes.measurement.red_diff import red_diff
from nodes.measurement.super_resolution import super_resolution
from nodes.noise.gaussian import gaussian
from nodes.solver.daps import daps
from nodes.solver.ddim import ddim
from nodes.solver.ddnm_plus import ddnm_plus
from nodes.solver.ddrm import ddrm
from nodes.solver.euler import euler
from nodes.solver.ilvr import ilvr
from nodes.solver.repaint import repaint
from tests.benchmarks.held_back import network, pictures
from tests.benchmarks.intervals import bootstrap
from tests.nodes.search.running import finished

NOISE = 0.05
"""Deviation of the noise of a measurement; pixels lie in −1 … 1."""
STEPS, MANY, ITERATIONS, RESAMPLINGS = 25, 100, 100, 4
OPERATORS: dict[str, tuple[Callable[[Model], Operator], float]] = {
    "inpainting, three pixels of four hidden": (partial(mask, hidden="random", fraction=0.75), 1.0),
    "4x downsampling": (partial(super_resolution, factor=4), 0.25),
    "blur, deviation 1 pixel": (blur, 1.0),
}
"""What makes them, and their largest singular values."""


@dataclass(frozen=True)
class Case:
    """What a method is given."""

    model: Model
    operator: Operator
    measurement: Measurement
    noise: Sample
    norm: float

    def solved(self, model: Model, solver: Solver, meter: Meter, steps: int = STEPS) -> Sample:
        """The end of a solver's steps from the noise."""
        return solve(model, solver, self.noise, grid(steps), Context(meter))


Restore = Callable[[Case, Meter], Sample]


def grid(steps: int) -> Levels:
    """The grid of the digits."""
    return karras(num_inference_steps=steps, sigma_min=0.01, sigma_max=40.0)


def by_model(make: Callable[[Model, Operator, Measurement], Model], eta: float = 1.0, steps: int = STEPS) -> Restore:
    """A method that makes a model of the model, under DDIM with so much fresh noise; Euler's without."""

    def restored(case: Case, meter: Meter) -> Sample:
        model = make(case.model, case.operator, case.measurement)
        return case.solved(model, ddim(eta=eta), meter, steps)

    return restored


def led(case: Case, meter: Meter) -> Sample:
    """FlowChef under Euler, its step by the operator's norm."""
    model = flowchef(case.model, case.operator, case.measurement, rho=0.5 / case.norm**2)
    return case.solved(model, euler(), meter)


def by_solver(make: Callable[[Operator, Measurement], Solver]) -> Restore:
    """A method that makes a solver."""
    return lambda case, meter: case.solved(case.model, make(case.operator, case.measurement), meter)


def shortest(case: Case, meter: Meter) -> Sample:
    """A⁺ y, without the model."""
    return pinv(case.measurement, case.operator, case.model)


def optimised(case: Case, meter: Meter) -> Sample:
    """RED-diff from A⁺ y, as far as that lies within the range of pixels."""
    begun = shortest(case, meter)
    start = Sample(begun.x.clamp(-1, 1), begun.s, begun.space, begun.rows)
    steps = red_diff(start, case.model, case.operator, case.measurement, iterations=ITERATIONS, run=RunContext(meter))
    return finished(steps).sample


def projected(operator: Operator, measurement: Measurement) -> Solver:
    """ILVR over ancestral steps."""
    return ilvr(ddim(eta=1.0), operator, measurement)


METHODS: dict[str, Restore] = {
    "A+ y, no model": shortest,
    "no measurement": lambda case, meter: case.solved(case.model, ddim(eta=1.0), meter),
    "ddnm": by_model(ddnm, eta=0.85),
    "ddnm_plus": by_solver(ddnm_plus),
    "ddrm": by_solver(ddrm),
    "ilvr": by_solver(projected),
    f"repaint, {RESAMPLINGS} times, ilvr": by_solver(
        lambda operator, measurement: repaint(projected(operator, measurement), resamplings=RESAMPLINGS)
    ),
    "diffpir": by_model(diffpir),
    "flowchef, rho 0.5/|A|^2": led,
    "dps, zeta 4": by_model(partial(dps, zeta=4.0)),
    f"dps, zeta 1, {MANY} steps": by_model(dps, steps=MANY),
    "pigdm": by_model(pigdm),
    "daps": by_solver(daps),
    f"red_diff, {ITERATIONS} iterations": optimised,
}


def psnr(x: Tensor, truth: Tensor) -> Tensor:
    """The peak signal-to-noise ratio of each picture as it is shown, [B] in dB."""
    errors = (x.double().clamp(-1, 1) - truth.double()).square().flatten(1).mean(1)
    return 20 * math.log10(2) - 10 * torch.log10(errors)


def misfit(case: Case, sample: Sample) -> Tensor:
    """RMS of what A can see of A x − y, of each picture; noise where a mask hides counts nothing."""
    residual = case.operator.apply(sample.x, sample.rows) - case.measurement.of(sample.rows, sample.x)
    seen = case.operator.apply(case.operator.pinv(residual, sample.rows), sample.rows)
    return seen.double().square().flatten(1).mean(1).sqrt()


def table(count: int) -> None:
    """Measure and print, an operator after the other."""
    model = network()
    truth, _ = pictures(model, count)
    rows = len(truth.rows)
    print(f"Restoration: {rows} digits that the network never saw, without a prompt, noise of {NOISE}, {STEPS} steps.")
    print("  psnr: dB of the shown picture, higher is better; gain: paired difference from A+ y, higher is better;")
    print("  misfit: RMS of A x - y over that of the truth, which is the noise's: 1 is best; NFE and passes backward")
    print("  for each picture. [95 % by bootstrap over pictures]")
    for name, (make, norm) in OPERATORS.items():
        operator = make(model)
        measurement = measure(truth, operator, sigma_y=NOISE, seed=1)
        case = Case(model, operator, measurement, gaussian(model, count=rows, seed=2), norm)
        print(f"\n{name}\n{'method':26} {'psnr dB':>21} {'gain dB':>24} {'misfit':>24} {'NFE':>5} {'backward':>9}")
        base, noise = psnr(shortest(case, Meter()).x, truth.x), misfit(case, truth)
        for method, restore in METHODS.items():
            meter = Meter()
            ended = restore(case, meter)
            found, agreement = psnr(ended.x, truth.x), bootstrap(misfit(case, ended) / noise)
            gain = bootstrap(found - base).text(1, sign=True)
            print(
                f"{method:26} {bootstrap(found).text(1):>21} {gain:>24} {agreement.text(2):>24}"
                f" {meter.rows / rows:5.0f} {meter.backwards / rows:9.0f}",
                flush=True,
            )
