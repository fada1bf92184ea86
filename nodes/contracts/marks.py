"""What a plot is made of: points, lines, bars and words, as numbers. How they are drawn is said elsewhere."""

from __future__ import annotations

import re
from typing import TypeAlias

import torch
from torch import Tensor

from graphs import InputError, data

LARGEST = 1e100
"""Beyond it, distances between numbers cannot be told apart from infinity safely."""


@data
class Points:
    """Points `at` [N, 2], all finite; `value` [N] colours each by the plot's scale of colours.

    `name` stands in the legend; `colour` is "#rrggbb", or "" for the next of the palette; `radius` in pixels.
    """

    at: Tensor
    name: str = ""
    colour: str = ""
    value: Tensor | None = None
    radius: float = 2.5
    opacity: float = 1.0
    ring: bool = False

    def __post_init__(self) -> None:
        _check("Points", self.at, 2, self.colour)
        _check_values("Points", self.value, self.at)
        if not bool(finite(self.at).all()):
            raise _no_number("Points", "leave out the points that are not finite, and say how many")


@data
class Polylines:
    """K lines `at` [K, M, 2]; a line is interrupted where a number is NaN. `value` [K, M] colours along the lines."""

    at: Tensor
    name: str = ""
    colour: str = ""
    value: Tensor | None = None
    width: float = 1.5
    opacity: float = 1.0

    def __post_init__(self) -> None:
        _check("Polylines", self.at, 3, self.colour)
        _check_values("Polylines", self.value, self.at)
        if not bool((finite(self.at) | torch.isnan(self.at)).all()):
            raise _no_number("Polylines", "put NaN where a line has no point")


@data
class Bars:
    """Bars from 0 to `heights` [N], each between two of `edges` [N + 1], which rise."""

    edges: Tensor
    heights: Tensor
    name: str = ""
    colour: str = ""
    opacity: float = 0.8

    def __post_init__(self) -> None:
        _check_colour("Bars", self.colour)
        if self.edges.ndim != 1 or self.heights.shape != (len(self.edges) - 1,) or self.edges.is_complex():
            given = f"edges {list(self.edges.shape)}, heights {list(self.heights.shape)}"
            raise InputError("these are no bars", where="Bars", given=given, allowed="edges [N + 1], heights [N]")
        if not bool(finite(self.edges).all() & finite(self.heights).all() & (self.edges.diff() > 0).all()):
            raise _no_number("Bars", "use finite heights between edges that rise")


@data
class Words:
    """A word beside each point `at` [N, 2]."""

    at: Tensor
    texts: tuple[str, ...]
    colour: str = "#303742"

    def __post_init__(self) -> None:
        _check("Words", self.at, 2, self.colour)
        if len(self.texts) != len(self.at):
            given = f"{len(self.texts)} words at {len(self.at)} points"
            raise InputError("there is not one word for each point", where="Words", given=given)
        if not bool(finite(self.at).all()):
            raise _no_number("Words", "leave out the words whose points are not finite")


Mark: TypeAlias = Points | Polylines | Bars | Words


def finite(numbers: Tensor) -> Tensor:
    """Where numbers can be drawn: neither NaN nor infinite, nor beyond 1e100."""
    return torch.isfinite(numbers) & (numbers.double().abs() <= LARGEST)


def _check(where: str, at: Tensor, axes: int, colour: str) -> None:
    _check_colour(where, colour)
    if at.ndim != axes or at.shape[-1] != 2 or not at.is_floating_point():  # noqa: PLR2004 - x and y
        given = f"{str(at.dtype).removeprefix('torch.')} {list(at.shape)}"
        allowed = "floating-point [N, 2]" if axes == 2 else "floating-point [K, M, 2]"  # noqa: PLR2004
        raise InputError("these are no places in a plane", where=where, given=given, allowed=allowed)


def _check_colour(where: str, colour: str) -> None:
    if not re.fullmatch("(#[0-9a-f]{6})?", colour):
        raise InputError("this is no colour", where=where, given=colour, allowed='"#rrggbb" in small letters, or ""')


def _check_values(where: str, value: Tensor | None, at: Tensor) -> None:
    if value is None:
        return
    if value.shape != at.shape[:-1]:
        given = f"values {list(value.shape)} for places {list(at.shape)}"
        raise InputError("there is not one value for each place", where=where, given=given)
    if not bool(finite(value).all()):
        raise _no_number(where, "give finite values, as levels in a coordinate that is finite at both ends")


def _no_number(where: str, mend: str) -> InputError:
    allowed = "numbers of at most 1e100"
    return InputError(
        "a plot cannot show what is no number", where=where, given="NaN or inf", allowed=allowed, mend=mend
    )
