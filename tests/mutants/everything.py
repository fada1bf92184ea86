"""All planted errors."""

from __future__ import annotations

from tests.mutants import asking, editing, engine, levels, noise, processes, serving, solvers, states, steering

MUTANTS = (
    *engine.MUTANTS,
    *editing.MUTANTS,
    *levels.MUTANTS,
    *noise.MUTANTS,
    *processes.MUTANTS,
    *asking.MUTANTS,
    *states.MUTANTS,
    *solvers.MUTANTS,
    *steering.MUTANTS,
    *serving.MUTANTS,
)
