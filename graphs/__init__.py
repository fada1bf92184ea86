"""What a graph is, and how it runs. Node authors import their declarations from here."""

from graphs.curves import LevelCurve
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
from graphs.running.context import Preview, Progress, RunContext, Steps

__all__ = [
    "Choice",
    "ColourCode",
    "Count",
    "Curve",
    "CurveOver",
    "FilePath",
    "Fraction",
    "InputError",
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
    "Steps",
    "Switch",
    "TextBox",
    "also",
    "behaviour",
    "data",
    "node",
]
