"""All planted errors."""

from __future__ import annotations

from tests.mutants import (
    asking,
    editing,
    engine,
    levels,
    noise,
    pictures,
    processes,
    serving,
    solvers,
    sources,
    states,
    steering,
)

MUTANTS = (
    *engine.MUTANTS,
    *editing.MUTANTS,
    *levels.MUTANTS,
    *noise.MUTANTS,
    *pictures.MUTANTS,
    *processes.MUTANTS,
    *sources.MUTANTS,
    *asking.MUTANTS,
    *states.MUTANTS,
    *solvers.MUTANTS,
    *steering.MUTANTS,
    *serving.MUTANTS,
)
