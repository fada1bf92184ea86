"""How a type of value is declared: `@data` is stored and digested by its fields, `@behaviour` is rebuilt."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform, overload

from graphs.declaration.records import ValueType
from graphs.errors import DeclarationError

T = TypeVar("T")
_MARK = "__noiseloom_value__"


@dataclass(frozen=True)
class ValueMark:
    """What `@data` and `@behaviour` leave on a class."""

    colour: str
    behaviour: bool
    feeds: tuple[str, ...] = ()
    gathers: tuple[str, ...] = ()


@overload
def data(cls: type[T]) -> type[T]: ...
@overload
def data(
    *, colour: str = "", feeds: tuple[str, ...] = (), gathers: tuple[str, ...] = ()
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def data(
    cls: type[T] | None = None, *, colour: str = "", feeds: tuple[str, ...] = (), gathers: tuple[str, ...] = ()
) -> type[T] | Callable[[type[T]], type[T]]:
    """Declare a value that is stored: the class becomes a frozen dataclass; with a colour it is a port type.

    Its fields hold tensors, numbers, text, truth values, None, tuples and string-keyed dictionaries of these, and other
    data. It may define `describe() -> str` (one line for a person), `preview() -> bytes | None` (a PNG) and
    `files() -> tuple[File, ...]` (how it is saved). `feeds` names the kinds of parameter that a wire of it can set; its
    `parameter()` then gives the value. `gathers` names the types whose sweeps it collects; its class method
    `gather(cells)` then makes one value of all cells.
    """

    def declare(target: type[T]) -> type[T]:
        mark = _mark(
            target, colour, behaviour=False, feeds=feeds, gathers=gathers
        )  # before dataclass writes a docstring
        declared = dataclass(frozen=True, eq=False)(target)
        setattr(declared, _MARK, mark)
        return declared

    return declare if cls is None else declare(cls)


def behaviour(*, colour: str) -> Callable[[type[T]], type[T]]:
    """Declare a port type whose values are built from their recipe and never stored: a model, a solver, a reward."""

    def declare(target: type[T]) -> type[T]:
        setattr(target, _MARK, _mark(target, colour, behaviour=True))
        return target

    return declare


def value_mark(candidate: object) -> ValueMark | None:
    """The mark of a class that is itself declared; what it inherits does not count."""
    found = vars(candidate).get(_MARK) if isinstance(candidate, type) else None
    return found if isinstance(found, ValueMark) else None


def value_type(cls: type) -> ValueType:
    """The record of a declared class."""
    mark = value_mark(cls)
    if mark is None:
        raise DeclarationError(f"{cls.__module__}.{cls.__qualname__} is not declared with @data or @behaviour")
    meaning = inspect.getdoc(cls) or ""
    return ValueType(
        name=cls.__name__,
        module=cls.__module__,
        meaning=" ".join(meaning.split("\n\n")[0].split()),
        colour=mark.colour,
        behaviour=mark.behaviour,
        feeds=mark.feeds,
        gathers=mark.gathers,
    )


def _mark(
    cls: type, colour: str, *, behaviour: bool, feeds: tuple[str, ...] = (), gathers: tuple[str, ...] = ()
) -> ValueMark:
    name = f"{cls.__module__}.{cls.__qualname__}"
    if not vars(cls).get("__doc__"):
        raise DeclarationError(f"{name} has no docstring: its first line tells a person what the value is")
    if colour and not re.fullmatch("#[0-9a-f]{6}", colour):
        raise DeclarationError(f'{name}: colour "{colour}" is not written "#rrggbb" in small letters')
    if gathers and not callable(getattr(cls, "gather", None)):
        raise DeclarationError(f"{name} gathers {', '.join(gathers)} but has no class method `gather`; add it")
    return ValueMark(colour, behaviour, feeds, gathers)
