"""Nodes that begin a graph, and every kind of parameter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from graphs import (
    ColourCode,
    Count,
    Curve,
    FilePath,
    Fraction,
    LevelCurve,
    Number,
    NumberList,
    Prompt,
    Seed,
    also,
    node,
)

from .values import Amount, Machine, Word

Repeats = Annotated[Count, also("times", "repeat")]
Picture = Annotated[Path | None, FilePath(suffixes=(".png", ".txt"))]
Tint = Annotated[str, ColourCode()]
Weights = Annotated[tuple[float, ...], NumberList(item=Number(minimum=0), shortest=1)]
Level = Annotated[float, Number(minimum=0, infinite=True)]


@node
def amount(*, value: float = 1.0) -> Amount:
    """A number."""
    return Amount(value)


@node
def word(*, text: str = "hello") -> Word:
    """A word."""
    return Word(text)


@node
def machine(*, gain: Curve = 2.0) -> Machine:
    """A machine that multiplies."""
    return Machine(gain.at(1.0) if isinstance(gain, LevelCurve) else gain)


@node
def knobs(
    *,
    count: Repeats = 1,
    steps: Count = 1,
    seed: Seed = 0,
    mode: Literal["fast", "slow"] = "fast",
    size: Literal[8, 16] = 8,
    gain: Curve = 1.0,
    share: Fraction = 0.5,
    level: Level = 1.0,
    picture: Picture = None,
    tint: Tint = "#000000",
    weights: Weights = (1.0,),
    on: bool = False,
    prompt: Prompt = "",
    limit: int | None = None,
) -> Amount:
    """Every kind of parameter; gives count · size."""
    del steps, seed, mode, gain, share, level, picture, tint, weights, on, prompt, limit
    return Amount(float(count * size))
