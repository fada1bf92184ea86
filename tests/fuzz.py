"""The long fuzz: `python -m tests.fuzz --minutes 10 [--seed N]`.

Mutates graphs, as JSON and as text, and reads, upgrades and checks them. Prints how often each fault code was reached.
Anything raised that is no `GraphError` is a bug: the text that raised it is saved, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from graphs.checking import whole
from graphs.checking.check import check
from graphs.document import reading
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.faults import Code, GraphError
from graphs.files import Places
from graphs.upgrading import upgrade
from tests.graphs.toyshop import FOLDER, box, boxes, toy, toys

MOST_NODES, LARGEST_TEXT = 25, 50_000
"""Lower caps than those of a real run, so that the documents beyond them are small."""

PIECES: list[JsonValue] = [
    None, True, False, 0, 1, -1, 2, 0.5, 1e300, -0.0, 2**53, 10**30, "", "a", "b.out", "a/b", "inf", "nope", "Ä", "\0",
    [], [1], ["a", "b"], {}, {"a": 1}, {"sweep": [1, 2]}, {"sweep": {"from": 0, "to": 9, "count": 3}, "axis": "x"},
    {"sweep": {"from": 1, "to": 9, "count": 5000}}, {"sweep": [1, 2, 3], "axis": "x"}, {"curve": [[1, 2]], "by": "log"},
    {"curve": [[2, 1], [1, 1]]}, {"file": "values.py"}, {"file": "../x.png"}, {"file": "x.png"}, "asset:x.png",
    "hub:a@b",
    {"type": "graph"}, {"type": "toys.making.amount"}, 65536, 100000, "fsat", {"file": "none.png"}, {"file": 3},
    {"sweep": {"from": 1, "to": 9, "count": 300}, "axis": "y"}, {"sweep": {"from": 1, "to": 9, "count": 300}},
]  # fmt: skip
"""Values that replace others."""

FITTING: dict[str, list[JsonValue]] = {
    "number": [
        65536,
        3000,
        {"sweep": {"from": 1, "to": 9, "count": 300}, "axis": "y"},
        {"sweep": [1, 2, 3], "axis": "x"},
    ],
    "seed": [5, {"sweep": {"from": 0, "to": 9999, "count": 5001}}],
    "file": [
        {"file": "../x.png"},
        {"file": "values.py"},
        {"file": "none.png"},
        {"file": "/x.png"},
        "asset:../x.png",
        "hub:a",
    ],
    "choice": ["fsat", "fast", 8],
}
"""Literals that a kind of parameter takes, or nearly."""

FLIPS = ["NaN", "{", "}", "[", "]", ",", ":", '"', "\\", "\\ud800", "1e999", "\x00", "9" * 500, "//"]
"""Texts that are put into the text of a graph."""


def starts() -> list[dict[str, JsonValue]]:
    """Graphs without faults, which together use all that a document can say."""
    inner = boxes(
        {"n": toy("mixing.add", left="m"), "m": toy("making.amount")},
        {"right": ["n.right"], "w": ["n.weight"]},
        {"out": "n"},
    )
    nodes: dict[str, JsonValue] = {
        "a": toy("making.amount", params={"value": {"sweep": [1, 2], "axis": "x"}}),
        "k": toy(
            "making.knobs", params={"count": 3, "seed": {"sweep": [1, 2], "axis": "x"}, "gain": {"curve": [[1, 2]]}}
        ),
        "s": box(inner, {"w": 0.5}, right="k"),
        "old": {**toy("older.scale", amount="s", params={"portion": 0.5}), "version": 3},
        "older": {"type": "toys.aging.part", "inputs": {"a": "old"}, "params": {"percent": 50}},
        "g": toy("mixing.gather", parts=["a", "s", "older"]),
        "h": toy("mixing.split", basket="g"),
        "b": toy("mixing.boxed", amount="h.low"),
        "end": toy("showing.show", basket="b"),
    }
    view: JsonValue = {"nodes": {"a": {"x": 1, "y": 2}}, "groups": [{"id": "g"}], "notes": []}
    deep = box(boxes({"in": box(boxes({"n": toy("making.amount")}, {}, {"out": "n"}))}, {}, {"out": "in"}))
    small: dict[str, JsonValue] = {
        "d": deep, "b": toy("mixing.boxed", amount="d"), "end": toy("showing.show", basket="b"),
    }  # fmt: skip
    return [{"noiseloom": 1, "nodes": nodes, "view": view}, {"noiseloom": 1, "nodes": small}]


def inside(value: JsonValue) -> Iterator[dict[str, JsonValue] | list[JsonValue]]:
    """Every object and list of a value."""
    if isinstance(value, (dict, list)):
        yield value
        for entry in value.values() if isinstance(value, dict) else value:
            yield from inside(entry)


def mutate(raw: JsonValue, dice: random.Random) -> None:
    """Change one thing: drop, replace, rename, add, or copy from elsewhere."""
    holders = [holder for holder in inside(raw) if holder]
    if not holders:
        return
    holder, donor = dice.choice(holders), dice.choice(holders)
    piece = (
        dice.choice(PIECES)
        if dice.random() < 0.6
        else dice.choice(list(donor.values() if isinstance(donor, dict) else donor))
    )
    piece = json.loads(json.dumps(piece))
    if isinstance(holder, list):
        holder[dice.randrange(len(holder))] = piece
        return
    key = dice.choice(list(holder))
    match dice.randrange(5):
        case 0:
            del holder[key]
        case 1:
            holder[key] = piece
        case 2:
            holder[key + dice.choice(["x", "A", "_"])] = holder.pop(key)
        case 3:
            holder[dice.choice(["a", "left", "type", "count", "version", "seed", "graph", "Bad-Id"])] = piece
        case _:
            value = holder[key]
            holder[key] = _misspelt(value, dice) if isinstance(value, str) and value else piece


def aim(raw: JsonValue, dice: random.Random) -> None:
    """Change a node where it matters: a parameter of its type, a wire, its type, its version; or add many nodes."""
    nodes = [entry for entry in inside(raw) if isinstance(entry, dict) and isinstance(entry.get("type"), str)]
    if not nodes:
        return
    node = dice.choice(nodes)
    params, inputs = node.setdefault("params", {}), node.setdefault("inputs", {})
    record = toys().find(str(node["type"]))
    piece: JsonValue = json.loads(json.dumps(dice.choice(PIECES)))
    match dice.randrange(6):
        case 0 | 1 if record and record.parameters and isinstance(params, dict):
            parameter = dice.choice(record.parameters)
            fitting = FITTING.get(parameter.kind.kind, [])
            chosen = dice.choice(fitting) if fitting and dice.random() < 0.7 else piece
            params[parameter.name] = json.loads(json.dumps(chosen))  # a copy, for it may be changed in its turn
        case 2 if record and record.inputs and isinstance(inputs, dict):
            wires: list[JsonValue] = ["a", "k", "s", "h", "h.high", "h.mid", "d", "in", ["a"]]
            inputs[dice.choice(record.inputs).name] = dice.choice(wires)
        case 3 if record and record.parameters and isinstance(inputs, dict):
            inputs[dice.choice(record.parameters).name] = dice.choice(["a", "k", "g"])
        case 4:
            node["type"] = dice.choice([*toys().nodes, "toys.broken.thing", "toys.mixing.ad"])
            node["version"] = dice.choice([1, 1, 2, 9])
        case _:
            everything = raw.get("nodes") if isinstance(raw, dict) else None
            if isinstance(everything, dict):
                more = range(dice.choice([1, 1, 1, MOST_NODES]))
                everything.update({f"more{number}": {"type": "toys.making.amount"} for number in more})


def _misspelt(text: str, dice: random.Random) -> str:
    place = dice.randrange(len(text))
    return text[:place] + dice.choice(["", "x", ".", "/", "7"]) + text[place + 1 :]


def text_of(dice: random.Random, graphs: list[dict[str, JsonValue]]) -> str:
    """The text of a mutated graph, now and then damaged as text, too."""
    raw: JsonValue = json.loads(json.dumps(dice.choice(graphs)))
    for _ in range(dice.choice([1, 1, 2, 3, 6])):
        (mutate if dice.random() < 0.4 else aim)(raw, dice)
    text = json.dumps(raw)
    if dice.random() < 0.15:
        place = dice.randrange(len(text) + 1)
        text = text[:place] + dice.choice(FLIPS) + text[place + dice.choice([0, 1, 5]) :]
    if dice.random() < 0.02:
        text = text.replace('"inputs": {', '"inputs": {}, "inputs": {', 1)
    if dice.random() < 0.005:
        text += " " * LARGEST_TEXT
    if dice.random() < 0.01:
        text = "[" * dice.choice([90, 150, 20_000]) + text
    return text


def try_text(text: str, reached: Counter[str]) -> None:
    """Read, upgrade and check one text; count the faults it has."""
    catalogue = toys()
    try:
        document, report = upgrade(loads(text), catalogue)
    except GraphError as error:
        reached.update(fault.code for fault in error.faults)
        return
    faults = [*report.faults, *check(document, catalogue, Places(FOLDER))]
    reached.update(fault.code for fault in faults)
    reached["none"] += not faults
    again = dumps(document)
    if dumps(loads(again)) != again:
        raise AssertionError("saved and read again, the document is another")


def main() -> int:
    """Fuzz for so many minutes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    vars(whole)["MOST_NODES"], vars(reading)["LARGEST_TEXT"] = MOST_NODES, LARGEST_TEXT
    dice, graphs, reached, count = random.Random(options.seed), starts(), Counter[str](), 0  # noqa: S311
    for graph in graphs:
        try_text(json.dumps(graph), reached)
    if set(reached) - {"none"}:
        print("the graphs to begin with have faults:", dict(reached))
        return 1
    began = time.monotonic()
    while time.monotonic() - began < 60 * options.minutes:
        text = text_of(dice, graphs)
        count += 1
        try:
            try_text(text, reached)
        except Exception:  # noqa: BLE001 - finding whatever is raised is the purpose
            path = Path(f"fuzz-{options.seed}-{count}.json")
            path.write_text(text)
            traceback.print_exc()
            print(f"saved as {path}")
            return 1
    print(f"{count} documents, {count / (time.monotonic() - began):.0f} a second, seed {options.seed}")
    for code in ["none", *Code]:
        print(f"{code:20} {reached[code]:9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
