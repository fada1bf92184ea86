"""What a sampler takes where no solver or no levels are wired: a choice that nobody has to think about."""

from __future__ import annotations

import math

import torch

from graphs import Estimate, InputError, Known, Span
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway
from nodes.levels.karras import karras
from nodes.solver.deis import deis
from nodes.solver.unic import unic

STEPS = 20
SIGMA_MIN, SIGMA_MAX = 0.002, 80.0


def standard_solver() -> Solver:
    """DEIS of order 3, its steps up to 0.5 in ln s corrected by UniC: one call a step.

    On exact models the fourth order alone is a little better (tests/benchmarks/solvers.py), on networks under guidance
    several times worse (tests/benchmarks/guided.py); this one is near the best of both.
    """
    return unic(deis(order=3), longest_step=0.5)


def standard_levels(begin: Sample | Halfway) -> Levels:
    """Karras's grid down from pure noise, or from where the sample is; `InputError` where that is no one level."""
    if isinstance(begin, Halfway):
        raise InputError(
            "a state that was stopped on its way needs the levels that it was made with",
            given="no levels",
            mend="wire the levels of the node that stopped it",
        )
    lowest, highest = (float(end) for end in torch.aminmax(begin.s))
    if lowest != highest or highest <= SIGMA_MIN:
        raise InputError(
            "this sample cannot be sampled without levels",
            given=f"rows from s = {lowest:.4g} to {highest:.4g}",
            allowed=f"pure noise, or one level above s = {SIGMA_MIN:g} for all rows",
            mend="wire levels that begin where the sample is",
        )
    sigma_max = SIGMA_MAX if math.isinf(highest) else highest
    return karras(num_inference_steps=STEPS, sigma_min=SIGMA_MIN, sigma_max=sigma_max)


def solver_known(known: Known) -> Estimate:
    """What is known of the solver, wired or not: the standard one asks once a step."""
    return known.input("solver") if "solver" in known.inputs else Estimate(calls=lambda steps: steps)


def levels_known(known: Known) -> Estimate:
    """What is known of the levels, wired or not."""
    if "levels" in known.inputs:
        return known.input("levels")
    return Estimate(steps=Span.of(STEPS), first_open=Span.of(0), last_open=Span.of(1))
