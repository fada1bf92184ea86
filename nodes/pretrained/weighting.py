r"""Weights in a prompt: `(word)` counts 1.1 times, `(word:1.3)` 1.3 times, `[word]` 1/1.1 times; they nest.

The notation of the common web interfaces. `\(` and `\[` stand for the bracket itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MORE = 1.1
"""What a pair of round brackets multiplies by."""
PARTS = re.compile(r"\\[()\[\]\\]|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)|[()\[\]]|[^\\()\[\]:]+|.", re.DOTALL)
"""An escaped bracket, the end of a pair with its weight, a bracket, text."""


class Piece(NamedTuple):
    """A part of a prompt and what it counts."""

    text: str
    weight: float


def pieces(prompt: str) -> list[Piece]:
    """The parts of a prompt with their weights, in order; neighbours of one weight are one part."""
    found: list[Piece] = []
    opened: list[tuple[int, str]] = []
    for part in PARTS.findall(prompt):
        if part in ("(", "["):
            opened.append((len(found), part))
        elif part[0] == ":" and part[-1] == ")" and opened and opened[-1][1] == "(":
            _multiply(found, opened.pop()[0], float(part[1:-1]))
        elif part == ")" and opened and opened[-1][1] == "(":
            _multiply(found, opened.pop()[0], MORE)
        elif part == "]" and opened and opened[-1][1] == "[":
            _multiply(found, opened.pop()[0], 1 / MORE)
        else:
            found.append(Piece(part[1] if len(part) == 2 and part[0] == "\\" else part, 1.0))  # noqa: PLR2004 - a mark and a bracket
    for begun, _ in opened:  # never closed: it counts to the end
        _multiply(found, begun, MORE)
    return _joined(found)


def _multiply(found: list[Piece], begun: int, by: float) -> None:
    found[begun:] = [Piece(piece.text, piece.weight * by) for piece in found[begun:]]


def _joined(found: list[Piece]) -> list[Piece]:
    whole: list[Piece] = []
    for piece in found:
        if whole and whole[-1].weight == piece.weight:
            whole[-1] = Piece(whole[-1].text + piece.text, piece.weight)
        else:
            whole.append(piece)
    return whole or [Piece("", 1.0)]
