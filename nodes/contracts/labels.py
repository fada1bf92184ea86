"""What the cells of a sweep are called: swept parameters by short names, their values in a few letters."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from pydantic import JsonValue

from graphs.curves import LevelCurve, curve_problem
from graphs.errors import InputError
from graphs.media import Axis

LONGEST_VALUE = 24
LONGEST_NAME = 40
MOST_DIGITS = 10**16
"""Integers from here on are rounded; every seed lies below."""


def short_names(paths: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """The last part of each parameter's path; the whole path where that name is `taken` or another's, too."""
    names = {path: path.rpartition(".")[2] for path in paths}
    count = Counter([*names.values(), *taken])
    return {path: name if count[name] == 1 else path for path, name in names.items()}


def swept_paths(axes: Iterable[Axis]) -> list[str]:
    """The paths of all swept parameters, in order."""
    return [path for axis in axes for path, _ in axis.parameters]


def axis_labels(axis: Axis, names: dict[str, str]) -> list[tuple[str, ...]]:
    """For each value of an axis one part for each of its parameters, as ("guidance_scale 2.5", "seed 3").

    Labels differ wherever values do.
    """
    parts = [
        [f"{cut(legible(names[path]), LONGEST_NAME)} {value}" for value in value_labels(values)]
        for path, values in axis.parameters
    ]
    return list(zip(*parts, strict=True))


def value_labels(values: Sequence[JsonValue]) -> list[str]:
    """Each value in a few letters; where different values would read alike, numbers exactly, or else all numbered."""
    short = [short_value(value) for value in values]
    if _alike(values, short):
        short = [repr(value) if isinstance(value, float) else text for value, text in zip(values, short, strict=True)]
    if _alike(values, short):
        first = {_key(value): number for number, value in reversed(list(enumerate(values, 1)))}
        short = [f"{text} #{first[_key(value)]}" for value, text in zip(values, short, strict=True)]
    return short


def short_value(value: JsonValue) -> str:
    """A value in a few letters: numbers with six digits, a text's first line, a file's name, a curve's ends."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value) if abs(value) < MOST_DIGITS else f"{Decimal(value):.6g}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return _short_text(value)
    if isinstance(value, dict) and isinstance(value.get("file"), str):
        return _short_text(str(value["file"]).replace("\\", "/").rpartition("/")[2])
    if isinstance(value, dict) and curve_problem(value) is None:
        points = LevelCurve.from_literal(value).points
        return f"curve {points[0][1]:g}…{points[-1][1]:g}"
    return _short_text(json.dumps(value))


def cut(text: str, most: int) -> str:
    """A text of at most so many letters, with an ellipsis where something is left out."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def legible(text: str) -> str:
    """A text in the letters that labels are written with: accents are left out, other scripts are "?"."""
    return "".join(_plain(letter) for letter in text)


def _short_text(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return '""'
    first = cut(legible(lines[0][: 2 * LONGEST_VALUE]), LONGEST_VALUE)
    return first if len(lines) == 1 or first.endswith("…") else f"{first}…"


def _plain(letter: str) -> str:
    if letter.isspace():
        return " "
    base = letter if letter.isascii() else "".join(filter(str.isascii, unicodedata.normalize("NFKD", letter)))
    return base if base and base.isprintable() else "?"


def _alike(values: Sequence[JsonValue], labels: Sequence[str]) -> bool:
    """Whether a label stands for more than one value."""
    return len(set(labels)) < len({_key(value) for value in values})


def _key(value: JsonValue) -> str:
    """What is equal for equal values only; 2 and 2.0 are equal."""
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole and isinstance(value, float) else value, sort_keys=True)


def names_of_lines(text: str, count: int) -> tuple[str, ...]:
    """A name for each of so many things, one a line; numbers for those that have none. `InputError` for too many."""
    names = [line.strip() for line in text.strip().splitlines()]
    if len(names) > count:
        raise InputError(
            "there are more names than things to be named",
            where="names",
            given=f"{len(names)} names for {count}",
            allowed=f"at most {count}, one a line in the order of the wires",
            mend="remove a line, or wire what it is the name of",
        )
    names += [""] * (count - len(names))
    return tuple(name or str(number) for number, name in enumerate(names, start=1))
