"""Node types that changed over time: an earlier id, other spellings, versions with and without luck."""

from __future__ import annotations

from typing import Annotated

from graphs import also, node
from graphs.document.model import Node

from .values import Amount


def _from_first(saved: Node) -> Node:
    """Version 1 said `percent`, version 2 says `share`, a hundredth of it."""
    params = dict(saved.params)
    percent = params.pop("percent", None)
    if isinstance(percent, (int, float)):
        params["share"] = percent / 100
    return saved.model_copy(update={"params": params})


def _from_second(saved: Node) -> Node:
    """Version 2 called the port `a`, version 3 calls it `amount`."""
    inputs = {"amount" if name == "a" else name: sources for name, sources in saved.inputs.items()}
    return saved.model_copy(update={"inputs": inputs})


def _unlucky(saved: Node) -> Node:
    raise KeyError(saved.type)


@node(version=3, migrations={1: _from_first, 2: _from_second}, also=("toys.aging.scale", "toys.older.scale"))
def part(amount: Amount, *, share: Annotated[float, also("fraction", "portion")] = 0.5) -> Amount:
    """A share of a number."""
    return Amount(amount.value * share)


@node(version=2, migrations={1: _unlucky})
def doomed(*, value: float = 1.0) -> Amount:
    """Cannot be brought up to date."""
    return Amount(value)
