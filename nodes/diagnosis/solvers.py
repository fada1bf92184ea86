"""What a person is told of a solver on a wire: its name and what is set of it."""

from __future__ import annotations

import re

from nodes.contracts.solver import Solver


def names_of(solvers: tuple[Solver, ...], labels: str) -> list[str]:
    """The labels, one a line, for the first of the solvers; the others as they describe themselves, each once."""
    lines = [line.strip() for line in labels.split("\n") if line.strip()]
    names = [*lines[: len(solvers)], *map(described, solvers[len(lines) :])]
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return found


def described(solver: Solver) -> str:
    """The words of the class, its numbers and choices, and the solver that it is made over: "ddim (eta 0.5)"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(solver).__name__).lower()
    own = {name: value for name, value in vars(solver).items() if isinstance(value, (bool, int, float, str))}
    told = [f"{name} {value:g}" for name, value in own.items() if type(value) in (int, float)]
    told += [value for name, value in own.items() if isinstance(value, str) and name != "digest"]
    told += [name for name, value in own.items() if value is True]
    inside = [described(value) for value in vars(solver).values() if isinstance(value, Solver)]
    return words + (f" ({', '.join(told)})" if told else "") + "".join(f" over {name}" for name in inside)
