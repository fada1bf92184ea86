"""The kinds of parameter: what a literal may be, and which widget edits it.

A kind is put on an annotation, `Annotated[float, Number(minimum=0)]`, and kept in the catalogue as data.
`problem` judges a literal of a document, `decode` turns it into what the function gets, `encode` goes back.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from graphs.curves import LARGEST_NUMBER, LevelCurve, curve_problem

LARGEST_SEED = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""


class Problem(NamedTuple):
    """Why a literal does not fit: the fault's code, what would be allowed, and how to mend it."""

    code: str
    allowed: str
    mend: str = ""


class Kind(BaseModel, ABC):
    """What all kinds of parameter share."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @abstractmethod
    def problem(self, value: JsonValue) -> Problem | None:
        """Why a literal does not fit; None where it does."""

    def decode(self, value: JsonValue) -> object:
        """What the node's function is given for this literal, which has no problem."""
        return value

    def canonical(self, value: JsonValue) -> JsonValue:
        """The one spelling of all literals that mean the same, for keys; `value` has no problem."""
        return value

    def encode(self, value: object) -> JsonValue:
        """The literal that stands for a Python value, as a signature's default."""
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return "inf" if value == math.inf else value
        raise TypeError(f"{value!r} has no literal form")


class Number(Kind):
    """A number with bounds (inclusive), a step and a unit for its widget; `infinite` allows `"inf"`."""

    kind: Literal["number"] = "number"
    integer: bool = False
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"
    infinite: bool = False
    work: bool = False
    """Whether the time a graph takes grows with it, as with a count or a number of steps."""

    def allowed(self) -> str:
        """The accepted values in words."""
        noun = "an integer" if self.integer else "a number"
        low, high = (None if bound is None else f"{bound:.15g}" for bound in (self.minimum, self.maximum))
        if low is not None and high is not None:
            bounds = f" from {low} to {high}"
        elif low is not None:
            bounds = f" of at least {low}"
        elif high is not None:
            bounds = f" of at most {high}"
        else:
            bounds = ""
        return noun + bounds + (' or "inf"' if self.infinite else "")

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is not such a number."""
        if self.infinite and value == "inf":
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            mend = "write it without quotes" if isinstance(value, str) and _is_number(value) else ""
            return Problem("bad_value", self.allowed(), mend)
        if self.integer and not isinstance(value, int):
            return Problem("bad_value", self.allowed(), "write it without a decimal point")
        if not self.integer and not abs(value) <= LARGEST_NUMBER:
            return Problem("out_of_range", self.allowed())
        if self.minimum is not None and value < self.minimum:
            return Problem("out_of_range", self.allowed(), f"the nearest allowed value is {self.minimum:.15g}")
        if self.maximum is not None and value > self.maximum:
            return Problem("out_of_range", self.allowed(), f"the nearest allowed value is {self.maximum:.15g}")
        return None

    def decode(self, value: JsonValue) -> object:
        """An int, or a float."""
        return math.inf if value == "inf" else self.canonical(value)

    def canonical(self, value: JsonValue) -> JsonValue:
        """1 and 1.0 are one number in a float field."""
        return float(value) if isinstance(value, int) and not self.integer else value


class SeedNumber(Kind):
    """A seed: 0 … 2⁵³ − 1."""

    kind: Literal["seed"] = "seed"

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is no seed."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SEED:
            return None
        return Problem("bad_seed", f"an integer from 0 to {LARGEST_SEED} (2^53 - 1)")


class Switch(Kind):
    """True or false."""

    kind: Literal["switch"] = "switch"

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is not a truth value."""
        return None if isinstance(value, bool) else Problem("bad_value", "true or false")


class Choice(Kind):
    """One of a few words or integers."""

    kind: Literal["choice"] = "choice"
    options: tuple[str | int, ...]

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is none of the options."""
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value in self.options:
            return None
        return Problem("not_a_choice", "one of " + ", ".join(map(str, self.options)))


class TextBox(Kind):
    """Text; `lines` gives it a large box, `prompt` the prompt editor."""

    kind: Literal["text"] = "text"
    lines: bool = False
    prompt: bool = False

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is no text."""
        return None if isinstance(value, str) else Problem("bad_value", "text in double quotes")


class FilePath(Kind):
    """A file, `{"file": path}` or `"asset:NAME"`; the function gets its resolved path.

    With `folder`, it may be a folder, or a model of the hub in the local cache, `"hub:OWNER/NAME@REVISION"`.
    """

    kind: Literal["file"] = "file"
    suffixes: tuple[str, ...] = ()
    folder: bool = False

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` does not spell a file; whether the file is there is for the check to find out."""
        if isinstance(value, str) and value.startswith(("asset:", "hub:")):
            return None
        if isinstance(value, dict) and set(value) == {"file"} and isinstance(value["file"], str):
            return None
        mend = f'write {{"file": "{value}"}}' if isinstance(value, str) else ""
        return Problem("bad_value", '{"file": path}, "asset:NAME" or "hub:OWNER/NAME@REVISION"', mend)


class CurveOver(Kind):
    """A number, or a curve of numbers over the noise level."""

    kind: Literal["curve"] = "curve"
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None

    @cached_property
    def number(self) -> Number:
        """What each value of a curve is, and what a literal without one is."""
        return Number(minimum=self.minimum, maximum=self.maximum)

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is neither."""
        if not isinstance(value, dict):
            found = self.number.problem(value)
            return found and found._replace(allowed=f"{found.allowed}, or a curve over the noise level")
        trouble = curve_problem(value)
        if trouble is not None:
            allowed = '{"curve": [[level, value], ...], "by": "log" or "linear"}, levels rising'
            return Problem("bad_curve", allowed, trouble)
        points = LevelCurve.from_literal(value).points
        return next((found for _, y in points if (found := self.number.problem(y))), None)

    def decode(self, value: JsonValue) -> object:
        """A float or a `LevelCurve`."""
        return LevelCurve.from_literal(value) if isinstance(value, dict) else Number().decode(value)

    def canonical(self, value: JsonValue) -> JsonValue:
        """A float, or the curve with all that it leaves open."""
        return LevelCurve.from_literal(value).literal() if isinstance(value, dict) else Number().canonical(value)

    def encode(self, value: object) -> JsonValue:
        """A number or the curve's literal."""
        return value.literal() if isinstance(value, LevelCurve) else super().encode(value)


class ColourCode(Kind):
    """A colour, `"#rrggbb"`."""

    kind: Literal["colour"] = "colour"

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is no colour."""
        fits = isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value)
        return None if fits else Problem("bad_value", 'a colour written "#rrggbb"')


class NumberList(Kind):
    """A list of numbers."""

    kind: Literal["numbers"] = "numbers"
    item: Number = Number()
    shortest: int = 0

    def problem(self, value: JsonValue) -> Problem | None:
        """Why `value` is no such list."""
        found: Problem | None = Problem("bad_value", "")
        if isinstance(value, list) and len(value) >= self.shortest:
            found = next((problem for entry in value if (problem := self.item.problem(entry))), None)
        return found and found._replace(allowed=f"a list of at least {self.shortest}, each {self.item.allowed()}")

    def decode(self, value: JsonValue) -> object:
        """A tuple of numbers."""
        return tuple(map(self.item.decode, value)) if isinstance(value, list) else value

    def canonical(self, value: JsonValue) -> JsonValue:
        """The items in their one spelling."""
        return [self.item.canonical(entry) for entry in value] if isinstance(value, list) else value

    def encode(self, value: object) -> JsonValue:
        """A list of literals."""
        return [self.item.encode(entry) for entry in value] if isinstance(value, (tuple, list)) else None


AnyKind: TypeAlias = Annotated[
    Number | SeedNumber | Switch | Choice | TextBox | FilePath | CurveOver | ColourCode | NumberList,
    Field(discriminator="kind"),
]

Fraction: TypeAlias = Annotated[float, Number(minimum=0, maximum=1, step=0.01)]
Count: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=65536, work=True)]
Seed: TypeAlias = Annotated[int, SeedNumber()]
Prompt: TypeAlias = Annotated[str, TextBox(lines=True, prompt=True)]
Curve: TypeAlias = Annotated[float | LevelCurve, CurveOver()]


class Also(NamedTuple):
    """Other spellings of a parameter, `Annotated[int, Also("steps")]`: an old graph or a hand may use them."""

    names: tuple[str, ...]


def also(*names: str) -> Also:
    """Other spellings under which people know a parameter."""
    return Also(names)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
