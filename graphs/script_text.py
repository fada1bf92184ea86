"""Python source as ruff would write it: expressions on one line where they fit, else one part a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

WIDTH = 120
"""Columns of a line."""

ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Words:
    """A text; `careful` writes nothing of which one program may find that it fits on a line and another that not."""

    text: str
    careful: bool = False


@dataclass(frozen=True)
class Group:
    """Parts in brackets, each with what stands in front of it, as `value=`; `opening` ends with the bracket."""

    opening: str
    parts: tuple[tuple[str, Expression], ...]
    closing: str = ")"


Expression: TypeAlias = str | Words | Group
"""Source that is never broken, a text, or a group."""


def call(function: str, *parts: tuple[str, Expression]) -> Group:
    """A call with these arguments."""
    return Group(f"{function}(", parts)


def tuple_of(parts: Iterable[Expression]) -> Group:
    """A tuple."""
    return Group("(", tuple(("", part) for part in parts))


def lines(expression: Expression, lead: str = "", tail: str = "", indent: int = 0) -> list[str]:
    """The expression between `lead` and `tail`, indented, on as many lines as it takes."""
    pad = " " * indent
    line = pad + lead + flat(expression) + tail
    if width(line) > WIDTH and isinstance(expression, Words):
        expression = replace(expression, careful=True)
        line = pad + lead + flat(expression) + tail
    if width(line) <= WIDTH or isinstance(expression, str):
        return [line]
    if isinstance(expression, Words):
        whole = len(pad) + 4 + width(flat(expression)) <= WIDTH
        chunks = [expression.text] if whole else _filled(expression.text, WIDTH - indent - 6, _literal_columns)
        return [f"{pad}{lead}(", *(f"{pad}    {quoted(chunk, careful=True)}" for chunk in chunks), f"{pad}){tail}"]
    inner = [row for front, part in expression.parts for row in lines(part, front, ",", indent + 4)]
    return [pad + lead + expression.opening, *inner, pad + expression.closing + tail]


def flat(expression: Expression) -> str:
    """The expression on one line."""
    if isinstance(expression, Words):
        return quoted(expression.text, careful=expression.careful)
    if isinstance(expression, str):
        return expression
    inner = ", ".join(front + flat(part) for front, part in expression.parts)
    comma = "," if expression.opening == "(" and len(expression.parts) == 1 else ""
    return expression.opening + inner + comma + expression.closing


def quoted(text: str, *, careful: bool = False) -> str:
    """A text as a literal, in double quotes unless single ones need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(f"\\{quote}" if letter == quote else _escaped(letter, careful) for letter in text) + quote


def wrapped(text: str, most: int = WIDTH) -> list[str]:
    """The words of a text on lines of so many columns."""
    return [line.strip() for line in _filled(" ".join(text.split()), most, _columns)]


def visible(text: str) -> str:
    """A text with a space in place of every letter that is not seen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def width(text: str) -> int:
    """The columns of a text; of a letter that may take one or two, two."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _filled(text: str, most: int, columns: Callable[[str], int]) -> list[str]:
    """A text in parts of so many columns at the most, broken after white space where it can be."""
    found, used = [""], 0
    for word in re.findall(r"\S*\s+|\S+", text):
        if used and used + sum(map(columns, word)) > most:
            found, used = [*found, ""], 0
        for letter in word:
            if used + columns(letter) > most:
                found, used = [*found, ""], 0
            found[-1] += letter
            used += columns(letter)
    return found


def _columns(letter: str) -> int:
    return 2 if not _is_certain(letter) or unicodedata.east_asian_width(letter) in "WF" else 1


def _literal_columns(letter: str) -> int:
    """The most that a letter takes in a literal."""
    return 2 if letter in "\"'" else width(_escaped(letter, careful=True))


def _is_certain(letter: str) -> bool:
    """Whether every program gives a letter the same width; pictures and combining marks are taken differently."""
    return letter.isascii() or unicodedata.category(letter)[0] in "LNP"


def _escaped(letter: str, careful: bool) -> str:
    """A letter as a literal holds it; `careful` escapes what has no certain width, too."""
    if letter in ESCAPES or (letter.isprintable() and (_is_certain(letter) or not careful)):
        return ESCAPES.get(letter, letter)
    number = ord(letter)
    return f"\\x{number:02x}" if number <= 0xFF else f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004
