"""All planted errors."""

from __future__ import annotations

from tests.mutants import asking, engine, levels, noise, states

MUTANTS = (*engine.MUTANTS, *levels.MUTANTS, *noise.MUTANTS, *asking.MUTANTS, *states.MUTANTS)
