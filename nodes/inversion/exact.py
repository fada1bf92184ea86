"""Inversion by a solver that can be undone."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, InputError, Known, RunContext, Steps, needs, node
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.inversion.climbing import climbed
from nodes.solver.counting import calls_over


def cost(known: Known) -> Estimate:
    """The solver's calls in so many steps."""
    rows = known.input("sample").rows
    asked = calls_over(known.input("solver"), known.input("levels"))
    return Estimate(nfe=rows * asked * known.input("model").each, rows=rows)


@node(cost=cost)
def exact(
    sample: Sample, model: Model, solver: Annotated[Solver, needs("reversible")], levels: Levels, *, run: RunContext
) -> Steps[Sample]:
    """Exact inversion: undo the steps of a reversible solver, as solver.edict (arXiv:2211.12446).

    `levels` fall, as they do for sampling; the sample stands at the last of them, and is taken to the first. Sampled
    again from there by the same solver, model and levels, it comes back but for rounding, whatever the model is and
    however strong its guidance; under another prompt it becomes an edit. What the solver needs besides x travels in the
    sample's aux. x [B, *event] stays that. Cost: the solver's calls.
    Errors: a solver that cannot be undone; a sample at another level than the last, as pure noise.
    """
    if "reversible" not in solver.abilities:
        raise InputError(
            "the steps of this solver cannot be undone",
            where="solver",
            given=type(solver).__name__,
            allowed='a solver with the ability "reversible", as solver.edict',
            mend="wire solver.edict here and in the sampler, or use inversion.ddim",
        )
    return (yield from climbed(sample, model, solver, levels, run))
