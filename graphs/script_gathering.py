"""The engine's own nodes as source: a call that gathers the cells of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from graphs.script_names import Names
from graphs.script_text import Expression, Group, Words, call, lines, quoted, tuple_of


def gathering_lines(variable: str, target: str, cells: Sequence[str], axes: JsonValue, names: Names) -> list[str]:
    """The call: on one line; or on two, the axes or the cells first; or on as many as it takes."""
    parts: dict[str, Expression] = {"cells": tuple_of(cells), "axes": axes_of(axes)}
    found = _call_lines(variable, target, *parts.values())
    for first in ("axes", "cells") if len(found) > 1 else ():
        name = Names(names.taken).take(f"{variable}_{first}")
        rest = {**parts, first: name}
        short = lines(parts[first], f"{name} = ") + _call_lines(variable, target, *rest.values())
        if len(short) == 2:  # noqa: PLR2004 - one for the axes or the cells, one for the call
            names.take(name)
            return short
    return found


def axes_of(literal: JsonValue) -> Group:
    """The axes as the engine's node has them, as a table of the swept values by axis and parameter."""
    return _table((name, _table(_swept(parameters))) for name, parameters in _axes(literal))


def _call_lines(variable: str, target: str, cells: Expression, axes: Expression) -> list[str]:
    return lines(call("gathered", ("", target), ("", cells), ("", axes)), f"{variable} = ")


def _axes(literal: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    for entry in literal if isinstance(literal, list) else []:
        if isinstance(entry, dict):
            yield str(entry["name"]), entry["parameters"]


def _swept(parameters: JsonValue) -> Iterator[tuple[str, Expression]]:
    for entry in parameters if isinstance(parameters, list) else []:
        match entry:
            case [str(path), values]:
                yield path, _literal(values)


def _literal(value: JsonValue) -> Expression:
    """A value of a graph as source."""
    if isinstance(value, str):
        return Words(value)
    if isinstance(value, list):
        return Group("[", tuple(("", _literal(entry)) for entry in value), "]")
    if isinstance(value, dict):
        return _table((name, _literal(entry)) for name, entry in value.items())
    return repr(value).replace("e+", "e")


def _table(entries: Iterator[tuple[str, Expression]]) -> Group:
    return Group("{", tuple((f"{quoted(name, careful=True)}: ", entry) for name, entry in entries), "}")
