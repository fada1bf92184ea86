"""The examples by name, for a person who names no graph."""

from __future__ import annotations

from graphs.document.reading import loads
from graphs.home import examples_folder
from graphs.opening import example_names


def listed_examples() -> str:
    """The examples, a line each: what to type, and the title."""
    names = example_names()
    width = max(map(len, names), default=0)
    lines = [f"  {name:{width}}  {loads((examples_folder() / f'{name}.json').read_bytes()).name}" for name in names]
    return "\n".join(["examples", *lines])
