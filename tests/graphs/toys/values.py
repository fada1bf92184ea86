"""The types of value of the toy nodes."""

from __future__ import annotations

from pydantic import JsonValue

from graphs import behaviour, data


@data(colour="#aa3311", feeds=("number", "curve", "seed", "file"))
class Amount:
    """One number."""

    value: float

    def parameter(self) -> JsonValue:
        """The number as a literal."""
        return self.value


@data(colour="#11aa33", feeds=("text", "choice"))
class Word:
    """A word."""

    text: str

    def parameter(self) -> JsonValue:
        """The word as a literal."""
        return self.text


@data(colour="#1133aa")
class Basket:
    """Several numbers in order."""

    items: tuple[float, ...]


@behaviour(colour="#444444")
class Machine:
    """Something that works on a number."""

    def __init__(self, gain: float) -> None:
        self.gain = gain


@data
class Crumb:
    """A part of other data; wires do not carry it."""

    weight: float
