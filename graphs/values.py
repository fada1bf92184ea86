"""Data as a tree and tensors: packed, unpacked again, described in a line.

What it may hold: tensors, numbers, text, truth values, None, tuples, string-keyed mappings, and other `@data`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from graphs.declaration.values import value_mark
from graphs.errors import NoiseloomError
from graphs.faults import MOST, brief, cut

if TYPE_CHECKING:
    from torch import Tensor


class PackingError(NoiseloomError):
    """A value holds something that data cannot hold, or parts do not make the value that they say."""


@dataclass(frozen=True)
class Packed:
    """A value as JSON, where {"tensor": n} stands for the n-th tensor."""

    tree: JsonValue
    tensors: tuple[Tensor, ...]


def pack(value: object) -> Packed:
    """The parts of a value; `PackingError` names what it cannot hold."""
    tensors: list[Tensor] = []
    return Packed(_pack(value, tensors, type(value).__name__), tuple(tensors))


def tensors_of(value: object) -> tuple[Tensor, ...]:
    """The tensors of data; none of what is not data."""
    return pack(value).tensors if value_mark(type(value)) and dataclasses.is_dataclass(value) else ()


def unpack(packed: Packed, find: Callable[[str], type]) -> object:
    """The value of these parts; `find` gives the class of a data type by its name, and is the only way to one."""
    try:
        return _unpack(packed.tree, packed.tensors, find)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise PackingError(f"these are no parts of a value: {error}") from error


def describe(value: object) -> str:
    """A value in a line, for a person."""
    own = getattr(value, "describe", None)
    if callable(own) and value_mark(type(value)):
        try:
            return f"{type(value).__name__}: {own()}"
        except Exception as error:  # noqa: BLE001 - what a value says of itself stops no run
            return f"{type(value).__name__} ({type(error).__name__}: {error})"
    if value_mark(type(value)) and dataclasses.is_dataclass(value):
        parts = [f"{entry.name} {_short(getattr(value, entry.name))}" for entry in dataclasses.fields(value)]
        return f"{type(value).__name__}: {', '.join(parts)}"
    return _short(value)


def _short(value: object) -> str:
    shape, kind = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and kind is not None:
        return f"{str(kind).removeprefix('torch.')} {list(shape)}"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return cut(f"[{', '.join(_short(entry) for entry in value[:MOST])}]")
    if isinstance(value, (str, int, float, bool, dict)) or value is None:
        return brief(value)
    return type(value).__name__


def _pack(value: object, tensors: list[Tensor], place: str) -> JsonValue:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, tuple):
        return [_pack(entry, tensors, f"{place}[{index}]") for index, entry in enumerate(value)]
    kind = type(value)
    if value_mark(kind) and dataclasses.is_dataclass(kind):
        names = [entry.name for entry in dataclasses.fields(kind)]
        return {
            "data": kind.__name__,
            "fields": {name: _pack(getattr(value, name), tensors, f"{place}.{name}") for name in names},
        }
    if isinstance(value, Mapping):
        keys = sorted(_key(key, place) for key in value)
        return {"map": {key: _pack(value[key], tensors, f"{place}[{key!r}]") for key in keys}}
    import torch  # plain values need none of it

    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return {"tensor": len(tensors) - 1}
    raise PackingError(
        f"{place} is a {type(value).__name__}, which data cannot hold; use tensors, numbers, text or tuples"
    )


def _key(key: object, place: str) -> str:
    if not isinstance(key, str):
        raise PackingError(f"{place} has the key {key!r}; the keys of data are text")
    return key


def _unpack(tree: JsonValue, tensors: tuple[Tensor, ...], find: Callable[[str], type]) -> object:
    if isinstance(tree, list):
        return tuple(_unpack(entry, tensors, find) for entry in tree)
    match tree:
        case {"float": str(digits)}:
            return float.fromhex(digits)
        case {"tensor": int(index)} if not isinstance(index, bool) and 0 <= index < len(tensors):
            return tensors[index]
        case {"map": dict(entries)}:
            return {key: _unpack(entry, tensors, find) for key, entry in entries.items()}
        case {"data": str(name), "fields": dict(fields)}:
            return find(name)(**{key: _unpack(entry, tensors, find) for key, entry in fields.items()})
        case dict():
            raise PackingError(f"these are no parts of a value: {brief(tree)}")
    return tree
