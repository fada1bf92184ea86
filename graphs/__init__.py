"""What a graph is, and how it runs. Node authors import their declarations from here."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING

from graphs.curves import LevelCurve
from graphs.declaration.abilities import abilities, needs
from graphs.declaration.node import node
from graphs.declaration.parameters import (
    Choice,
    ColourCode,
    Count,
    Curve,
    CurveOver,
    FilePath,
    Fraction,
    Number,
    NumberList,
    Prompt,
    Seed,
    SeedNumber,
    Switch,
    TextBox,
    also,
)
from graphs.declaration.values import behaviour, data
from graphs.errors import InputError, NoiseloomError
from graphs.estimates import UNKNOWN, Estimate, Known, Span
from graphs.running.context import Keep, Preview, Progress, RunContext, Steps

if TYPE_CHECKING:
    from graphs.python import load, run

BEGUN = time.time()
"""When this process came to the project: a module that it has loaded is a file as it was about then, or later."""

__all__ = [
    "UNKNOWN",
    "Choice",
    "ColourCode",
    "Count",
    "Curve",
    "CurveOver",
    "Estimate",
    "FilePath",
    "Fraction",
    "InputError",
    "Keep",
    "Known",
    "LevelCurve",
    "NoiseloomError",
    "Number",
    "NumberList",
    "Preview",
    "Progress",
    "Prompt",
    "RunContext",
    "Seed",
    "SeedNumber",
    "Span",
    "Steps",
    "Switch",
    "TextBox",
    "abilities",
    "also",
    "behaviour",
    "data",
    "load",
    "needs",
    "node",
    "run",
]


def __getattr__(name: str) -> object:
    """`load` and `run`, imported when they are asked for: they need what nodes import this package for."""
    if name in ("load", "run"):
        return getattr(importlib.import_module("graphs.python"), name)
    raise AttributeError(name)
