"""Graphs with something wrong in them: values dropped, renamed, replaced anywhere, and bytes of their text flipped."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from random import Random

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy
from pydantic import JsonValue

NAMES = [
    "a",
    "amount",
    "basket",
    "in",
    "left",
    "machine",
    "out",
    "p",
    "seed",
    "show",
    "sub",
    "through",
    "weight",
    "word",
]
KEYS = [
    *NAMES,
    "curve",
    "file",
    "graph",
    "inputs",
    "nodes",
    "outputs",
    "params",
    "sweep",
    "type",
    "version",
    "view",
    "X",
    "",
]
TYPES = ["graph", "nothing", "toys.broken.x", "toys.aging.doomed", "toys.aging.part", "toys.making.amount"]
TYPES += ["toys.aging.scale", "toys.making.knobs", "toys.mixing.add", "toys.mixing.split", "toys.showing.show"]
REFERENCES = [*NAMES, "amount.out", "basket.x", "halves.low", "sub/inner", "a.b.c", "", ".", "sub.out"]
NUMBERS: list[JsonValue] = [0, 1, -1, 0.5, -0.0, 2**53, 10**308, 10**399, 1e308, -1e308, 1e-320, True, False, None]
TEXTS: list[JsonValue] = [
    "inf",
    "-inf",
    "nan",
    "1",
    "asset:..",
    "asset:x",
    "hub:a@b",
    "\x00",
    "a" * 5000,
    "#ffffff",
    "fast",
]
WHOLE: list[JsonValue] = [
    [],
    {},
    [[]],
    {"": {}},
    {"file": "/etc/passwd"},
    {"file": "../x"},
    {"file": "\x00"},
    {"file": "a" * 5000},
    {"sweep": []},
    {"sweep": [1, 2, 3], "axis": "a"},
    {"sweep": ["inf", None, {}], "axis": "a"},
    {"sweep": {"from": -1e308, "to": 10**308, "count": 7}},
    {"sweep": {"from": 1, "to": 1e308, "count": 10000, "scale": "log"}},
    {"curve": [[1, 1], [2, 2]]},
    {"curve": [[0, 10**399]]},
    {"curve": [[1e-320, 1], [1e308, 2]], "by": "linear"},
    {"type": "graph", "graph": {"nodes": {}, "inputs": {"in": ["a.b"]}, "outputs": {"out": "a"}}},
    {"type": "graph", "graph": {"nodes": {"a": {"type": "toys.making.amount"}}, "outputs": {"out": "a"}}},
]


def mutate(raw: JsonValue, random: Random) -> JsonValue:
    """The value with one thing in it changed."""
    made = copy.deepcopy(raw)
    holders = [holder for holder in _inside(made) if holder]
    if not holders:
        return _any_value(random)
    holder = random.choice(holders)
    if isinstance(holder, dict):
        _mutate_entries(holder, random)
    elif isinstance(holder, list):
        holder[random.randrange(len(holder))] = _any_value(random)
    return made


def flip(text: bytes, random: Random) -> bytes:
    """The text with one byte changed, cut out or put in."""
    place = random.randrange(len(text) + 1)
    put = bytes([random.choice([random.randrange(256), *b'{}[]",:0e-.'])])
    return text[:place] + random.choice([put, b"", text[place : place + 1] + put]) + text[place + 1 :]


def mutated(nodes: Mapping[str, JsonValue], most: int = 4) -> SearchStrategy[str]:
    """Texts of a graph of these nodes with up to so many things changed."""

    def change(random: Random, times: int) -> str:
        raw: JsonValue = {"noiseloom": 1, "nodes": dict(nodes)}
        for _ in range(times):
            raw = mutate(raw, random)
        return json.dumps(raw)

    return strategies.builds(change, strategies.randoms(use_true_random=False), strategies.integers(1, most))


def _mutate_entries(holder: dict[str, JsonValue], random: Random) -> None:
    key = random.choice(sorted(holder))
    match random.randrange(4):
        case 0:
            del holder[key]
        case 1:
            holder[random.choice(KEYS)] = holder.pop(key)
        case 2:
            holder[random.choice(KEYS)] = _any_value(random)
        case _:
            holder[key] = _fitting(key, random)


def _fitting(key: str, random: Random) -> JsonValue:
    """Often something of the sort that stands at this key."""
    if key == "type" and random.randrange(4):
        return random.choice(TYPES)
    if random.randrange(3) == 0:
        return random.choice(REFERENCES)
    return _any_value(random)


def _any_value(random: Random) -> JsonValue:
    names: list[JsonValue] = [*REFERENCES, *TYPES]
    return copy.deepcopy(random.choice(random.choice([NUMBERS, TEXTS, WHOLE, names])))


def _inside(value: JsonValue) -> list[JsonValue]:
    """Every object and list in a value, itself included."""
    found: list[JsonValue] = []
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            waiting += current.values()
        elif isinstance(current, list):
            waiting += current
        else:
            continue
        found.append(current)
    return found
