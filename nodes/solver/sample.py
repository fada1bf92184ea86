"""The driver as a node."""

from __future__ import annotations

from graphs import UNKNOWN, Estimate, Keep, Known, Preview, Progress, RunContext, Steps, node
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway, State


def cost(known: Known) -> Estimate:
    """The solver's calls in so many steps, each for all rows, times what the model costs."""
    rows, model, calls = known.input("noise").rows, known.input("model").each, known.input("solver").calls
    asked = calls(known.input("levels").steps) if calls is not None else UNKNOWN
    return Estimate(nfe=rows * asked * model, rows=rows)


@node(cost=cost)
def sample(noise: Sample, model: Model, solver: Solver, levels: Levels, *, run: RunContext) -> Steps[Sample]:
    """Sample: from the noise, step by step over the levels, with the solver asking the model.

    `noise` is pure noise (s = inf), which enters the first level as x = σ ε, or a sample at that level. Shapes stay.
    It is solved on the run's device, and nothing in the loop waits for a GPU. A run that was cut short goes on from
    the last state that was kept, and gives the same result bitwise.
    Cost: the solver's calls times the model's rows per sample; 2N − 1 times 2 for Heun under guidance.
    Errors: a sample at another level than the first.
    """
    ctx = Context(run.meter)
    state = yield from driven(noise, model, solver, levels, run, ctx)
    return solver.finish(state, ctx)


def driven(
    begin: Sample | Halfway, model: Model, solver: Solver, levels: Levels, run: RunContext, ctx: Context
) -> Steps[State]:
    """The last state of a drive, which tells its progress, previews, and what to go on from if it is cut short."""
    kept = run.kept if isinstance(run.kept, Halfway) else None
    begun = (kept or begin).to(run.device)
    first = begun.position if isinstance(begun, Halfway) else 0
    for step, state in enumerate(drive(model, solver, begun, levels, ctx), first):
        yield Progress(step, len(levels))
        if step:
            yield Preview(state.guess())
            yield Keep(Halfway(step, state))
    return state
