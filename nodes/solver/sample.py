"""The driver as a node."""

from __future__ import annotations

from graphs import Estimate, InputError, Keep, Known, Preview, Progress, RunContext, Steps, node
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import Halfway, State
from nodes.solver.counting import calls_between, made_before
from nodes.solver.standard import levels_known, solver_known, standard_levels, standard_solver


def cost(known: Known) -> Estimate:
    """The solver's calls in the steps that are left, each for all rows, times what the model costs."""
    begin, levels = known.input("noise"), levels_known(known)
    calls = calls_between(solver_known(known), levels, made_before(begin), levels.steps)
    return Estimate(nfe=begin.rows * calls * known.input("model").each, rows=begin.rows)


@node(cost=cost)
def sample(
    noise: Sample | Halfway,
    model: Model,
    solver: Solver | None = None,
    levels: Levels | None = None,
    *,
    run: RunContext,
) -> Steps[Sample]:
    """Sample: from the noise, step by step over the levels, with the solver asking the model.

    `noise` is pure noise (s = inf), which enters the first level as x = σ ε, or a sample at that level, or what
    solver.halfway made of the first of these levels' steps; those are then not made again. Shapes stay.
    Without a solver it is solver.deis of order 3 under solver.unic (longest_step 0.5); without levels, 20 steps of
    levels.karras lead from pure noise, or from where the sample is, to data. Both are near the best of every number of
    calls, on exact models and on networks under guidance.
    It is solved on the run's device, and nothing in the loop waits for a GPU. A run that was cut short goes on from
    the last state that was kept, and gives the same result bitwise.
    Cost: the solver's calls times the model's rows per sample; 2N − 1 times 2 for Heun under guidance.
    Errors: a sample at another level than the first; a state with more steps than the levels have.
    """
    ctx = Context(run.meter)
    solver = standard_solver() if solver is None else solver
    levels = standard_levels(noise) if levels is None else levels
    state = yield from driven(noise, model, solver, levels, run, ctx)
    return solver.finish(state, ctx)


def driven(
    begin: Sample | Halfway,
    model: Model,
    solver: Solver,
    levels: Levels,
    run: RunContext,
    ctx: Context,
    stop: int | None = None,
) -> Steps[State]:
    """The last state of a drive, which tells its progress, previews, and what to go on from if it is cut short.

    With `stop` it ends after so many steps, of levels that the solver knows to the end.
    """
    kept = run.kept if isinstance(run.kept, Halfway) else None
    begun = (kept or begin).to(run.device)
    first = begun.position if isinstance(begun, Halfway) else 0
    if first > len(levels):
        raise InputError(
            "the state has made more steps than the levels have",
            given=f"{first} steps made, levels of {len(levels)}",
            allowed=f"levels of {first} steps or more",
            mend="wire the levels that the state was made with",
        )
    last = len(levels) if stop is None else stop
    for step, state in zip(range(first, last + 1), drive(model, solver, begun, levels, ctx), strict=False):
        yield Progress(step, last)
        if step:
            yield Preview(state.guess())
            yield Keep(Halfway(step, state))
    return state
