"""Keys: equal where nothing counts that differs, different where anything does, and the same in every process."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from hypothesis import assume, given, strategies
from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document
from graphs.document.operations import Move, Rename, apply
from graphs.document.writing import dumps
from graphs.opening import Opened
from graphs.parts import compact
from graphs.running import keys
from graphs.running.events import Built, Cached, Event, Finished
from graphs.running.executors import Here
from graphs.running.plan import plan_opened
from graphs.running.run import run
from graphs.store.disk import FORMAT
from graphs.store.store import Store
from graphs.upgrading import upgrade
from tests.graphs.running.at_random import random_graphs
from tests.graphs.running.runs import amount
from tests.graphs.toyshop import box, boxes, graph, places, toy, toys

T = TypeVar("T")
ROOT = Path(__file__).parents[3]
CURVE: JsonValue = {"curve": [[1, 2], [3, 4]]}

WHOLE: dict[str, JsonValue] = {
    "one": amount(1.5),
    "two": amount(2),
    "m": toy("making.machine", params={"gain": CURVE}),
    "twice": toy("mixing.twice", machine="m"),
    "k": toy("making.knobs", params={"mode": "slow", "weights": [1, 2.5], "prompt": 'ä\n"', "level": "inf"}),
    "sum": toy("mixing.add", left="one", right="two", params={"weight": 0.5}),
    "run": toy("mixing.apply", machine="twice", amount="sum"),
    "tool": toy("heaps.tool", amount="k"),
    "all": toy("mixing.gather", parts=["one", "run", "tool.amount", "one"]),
    "show": toy("showing.show", basket="all"),
}
"""A graph of every shape."""

PRINT = """
import json, sys
from graphs.document.reading import loads
from tests.graphs.running.test_keys import keys_of
print(json.dumps(keys_of(loads(sys.stdin.read()))))
"""


def keys_of(
    document: Document,
    folder: Path | None = None,
    catalogue: Catalogue | None = None,
    device: str | None = None,
    only: Sequence[str] = (),
) -> dict[str, str]:
    """The key of every node, as a run tells it."""
    current, _ = upgrade(document, catalogue or toys())
    plan = plan_opened(Opened(current, places(folder)), catalogue or toys(), only=only, device=device)
    told: list[Event] = list(run(plan, Store(), [Here(plan.catalogue)]))
    return {event.node: event.key for event in told if isinstance(event, (Finished, Cached, Built))}


def whole(**nodes: JsonValue) -> dict[str, str]:
    """The keys of the whole graph with these nodes in place of its own."""
    return keys_of(graph(**{**WHOLE, **nodes}))


def one(kind: str, **params: JsonValue) -> str:
    """The key of a node with these values."""
    return keys_of(graph(n=toy(kind, params=dict(params)), a=amount(1)), only=["n"])["n"]


def test_every_node_has_a_key_of_its_own() -> None:
    found = whole()
    assert found.keys() == WHOLE.keys()
    assert len(set(found.values())) == len(WHOLE)


def test_another_process_finds_the_same_keys_whatever_its_hashes() -> None:
    text = dumps(graph(**WHOLE))
    found = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PRINT],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=ROOT,
        )
        found.append(json.loads(done.stdout))
    assert found == [whole(), whole()]


def backwards(entries: Mapping[str, T]) -> dict[str, T]:
    """The same in the other order."""
    return dict(reversed(list(entries.items())))


@given(random_graphs(), strategies.randoms(use_true_random=False))
def test_names_places_and_the_order_of_the_json_do_not_count(document: Document, random: Random) -> None:
    before = keys_of(document)
    names = {name: f"other_{random.randrange(100)}_{name}" for name in document.nodes}
    changed = document
    for name, other in names.items():
        changed = apply(changed, Rename(id=name, to=other)).document
    changed = apply(changed, Move(places={other: {"x": 1, "y": 2} for other in names.values()})).document
    nodes = list(changed.nodes.items())
    random.shuffle(nodes)
    shuffled = {
        name: node.model_copy(update={"inputs": backwards(node.inputs), "params": backwards(node.params)})
        for name, node in nodes
    }
    after = keys_of(changed.model_copy(update={"nodes": shuffled, "name": "other"}))
    assert {name: after[names[name]] for name in before} == before


@given(random_graphs())
def test_a_subgraph_around_it_all_does_not_count(document: Document) -> None:
    raw = json.loads(dumps(document))["nodes"]
    inside = keys_of(graph(sub=box(boxes(raw))))
    assert {place.removeprefix("sub/"): key for place, key in inside.items()} == keys_of(document)


def test_what_enters_a_subgraph_counts_as_if_it_stood_inside() -> None:
    inner = boxes(
        {"s": toy("mixing.add", params={"weight": 0.5}), "m": toy("mixing.more", amount="s")},
        {"left": ["s.left"], "more": ["m.by"], "right": ["s.right"]},
        {"out": "m"},
    )
    plain = {"s": toy("mixing.add", left="a", right="b", params={"weight": 0.5})}
    plain["m"] = toy("mixing.more", amount="s", params={"by": 3})
    ends = {"a": amount(1), "b": amount(2)}
    boxed = keys_of(graph(**ends, sub=box(inner, {"more": 3}, left="a", right="b")))
    assert {place.removeprefix("sub/"): key for place, key in boxed.items()} == keys_of(graph(**ends, **plain))


EQUAL: list[tuple[str, dict[str, JsonValue], dict[str, JsonValue]]] = [
    ("making.amount", {}, {"value": 1.0}),
    ("making.amount", {"value": 2}, {"value": 2.0}),
    ("making.machine", {"gain": 2}, {}),
    ("making.machine", {"gain": CURVE}, {"gain": {"by": "log", "curve": [[1.0, 2.0], [3.0, 4.0]]}}),
    ("making.knobs", {"times": 3}, {"count": 3}),
    ("making.knobs", {"repeat": 1}, {}),
    ("making.knobs", {"weights": [1]}, {"weights": [1.0]}),
    ("making.knobs", {"limit": None}, {}),
    ("making.knobs", {"level": 1, "count": 2}, {"count": 2, "level": 1.0}),
    ("making.word", {"text": "hello"}, {}),
]
"""Two spellings of the same values."""


@pytest.mark.parametrize(("kind", "first", "second"), EQUAL)
def test_two_spellings_of_the_same_values_have_one_key(
    kind: str, first: dict[str, JsonValue], second: dict[str, JsonValue]
) -> None:
    assert one(kind, **first) == one(kind, **second)


TEXTS: list[JsonValue] = ["", "1", "1.0", "true", "null", "ä", "a\u0308", " ", '"', '","params":{']
CURVES: list[JsonValue] = [
    1,
    CURVE,
    {"curve": [[1, 2]]},
    {"curve": [[2, 1]]},
    {"curve": [[1, 2], [3, 4]], "by": "linear"},
]
LISTS: list[JsonValue] = [[1, 2], [2, 1], [1, 1], [12], [1, 2, 0]]

DIFFERENT: list[tuple[str, list[dict[str, JsonValue]]]] = [
    ("making.amount", [{"value": value} for value in (0.0, -0.0, 1, 1.5, 1e300, -1, 1e-300, 2**53)]),
    ("making.word", [{"text": text} for text in TEXTS]),
    ("making.machine", [{"gain": gain} for gain in CURVES]),
    ("making.knobs", [{"level": level} for level in (0, 1e308, "inf")]),
    ("making.knobs", [{"weights": weights} for weights in LISTS]),
    ("making.knobs", [{"limit": limit} for limit in (None, 0, 1)]),
    ("making.knobs", [{"count": 2}, {"steps": 2}, {"seed": 2}, {"limit": 2}, {"share": 1}, {"gain": 2}]),
    ("making.knobs", [{"on": True}, {"on": False}, {"mode": "slow"}, {"size": 16}, {"tint": "#000001"}]),
]
"""Values that all differ."""


@pytest.mark.parametrize(("kind", "values"), DIFFERENT)
def test_every_other_value_has_another_key(kind: str, values: list[dict[str, JsonValue]]) -> None:
    assert len({one(kind, **params) for params in values}) == len(values)


def test_what_is_wired_where_counts() -> None:
    one, two = amount(1), amount(2)
    wired: list[Mapping[str, JsonValue]] = [
        {"left": "one", "right": "two"},
        {"left": "two", "right": "one"},
        {"left": "one"},
        {"left": "two"},
        {"left": "one", "right": "one"},
        {"left": "one", "weight": "one"},
        {"left": "one", "right": "two", "weight": "one"},
    ]
    found = [keys_of(graph(one=one, two=two, s=toy("mixing.add", **wires)))["s"] for wires in wired]
    assert len(set(found)) == len(wired)


def test_the_order_and_the_number_of_the_wires_of_a_list_count() -> None:
    wires: list[list[JsonValue]] = [["one", "two"], ["two", "one"], ["one"], ["one", "one"], ["one", "two", "one"], []]
    ends = {"one": amount(1), "two": amount(2)}
    found = [keys_of(graph(**ends, s=toy("mixing.gather_some", parts=parts)))["s"] for parts in wires]
    assert len(set(found)) == len(wires)
    unwired = keys_of(graph(**ends, s=toy("mixing.gather_some")))["s"]
    assert unwired == found[-1]


def test_which_output_is_wired_counts() -> None:
    nodes = {"one": amount(1), "two": amount(2), "b": toy("mixing.gather", parts=["one", "two"])}
    halves = toy("mixing.split", basket="b")
    found = [keys_of(graph(**nodes, h=halves, s=toy("mixing.more", amount=wire)))["s"] for wire in ("h.low", "h.high")]
    assert len(set(found)) == 2


def test_equal_contents_from_other_nodes_have_one_key() -> None:
    found = [
        keys_of(graph(a=source, s=toy("mixing.more", amount="a")))["s"] for source in (amount(8), toy("making.knobs"))
    ]
    assert found[0] == found[1]


def test_the_recipe_of_a_behaviour_counts_down_to_its_beginning() -> None:
    before = whole()
    after = whole(m=toy("making.machine", params={"gain": 7}))
    assert {name for name in before if before[name] != after[name]} == {"m", "twice", "run", "all", "show"}


def test_the_version_and_the_code_of_a_type_count_for_its_nodes_alone() -> None:
    before = whole()
    record = toys().nodes["toys.mixing.add"]
    newer = {**toys().nodes, record.id: record.model_copy(update={"version": 2})}
    version = dataclasses.replace(toys(), nodes=newer)
    document = graph(
        **{**WHOLE, "sum": {**toy("mixing.add", left="one", right="two", params={"weight": 0.5}), "version": 2}}
    )
    after = keys_of(document, catalogue=version)
    assert {name for name in before if before[name] != after[name]} == {"sum"}
    code = dataclasses.replace(toys(), code={"tests.graphs.toys.showing": "edited"})
    after = keys_of(graph(**WHOLE), catalogue=code)
    assert {name for name in before if before[name] != after[name]} == {"show"}


def test_torch_the_store_and_a_strict_device_count_for_every_node(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [whole(), keys_of(graph(**WHOLE), device="cpu"), keys_of(graph(**WHOLE), device="cuda:0")]
    monkeypatch.setattr(keys, "FORMAT", FORMAT + 1)
    found.append(whole())
    monkeypatch.undo()
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "9.8.7")
    found.append(whole())
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "9.8.1+cu")
    assert whole() == found[-1]
    for name in WHOLE:
        assert len({each[name] for each in found}) == len(found)


def test_the_content_of_a_file_counts_and_not_its_name_or_its_age(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, text in (("a.txt", "1"), ("b.txt", "1"), ("in/a.txt", "2")):
        (tmp_path / name).write_text(text)

    def key(literal: JsonValue) -> str:
        return keys_of(graph(n=toy("making.knobs", params={"picture": literal})), tmp_path)["n"]

    first = key({"file": "a.txt"})
    assert first == key({"file": "b.txt"}) == key({"file": "in/../a.txt"})
    assert len({first, key({"file": "in/a.txt"}), key(None)}) == 3
    os.utime(tmp_path / "a.txt", ns=(1, 1))
    assert key({"file": "a.txt"}) == first
    (tmp_path / "a.txt").write_text("3")
    assert key({"file": "a.txt"}) not in (first, key({"file": "in/a.txt"}))


literals = strategies.recursive(
    strategies.sampled_from([None, True, False, 0, 1, -1, 0.0, -0.0, 1.0, 1e300]) | strategies.text(max_size=4),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(), inner, max_size=3),
    max_leaves=4,
)


def typed(value: JsonValue) -> object:
    """A value with its type, so that 1, 1.0 and true are three."""
    if isinstance(value, dict):
        return {key: typed(entry) for key, entry in value.items()}
    return [typed(entry) for entry in value] if isinstance(value, list) else (type(value).__name__, repr(value))


@given(literals, literals)
def test_two_values_that_differ_are_never_equal_as_text(first: JsonValue, second: JsonValue) -> None:
    assume(typed(first) != typed(second))
    shape = keys.shape_of(toys().nodes["toys.showing.show"], toys(), keys.environment())
    texts = [keys.recipe(shape, compact({"x": value}), {}, {}) for value in (first, second)]
    assert texts[0] != texts[1]
    assert [typed(json.loads(text)["params"]["x"]) for text in texts] == [typed(first), typed(second)]


@given(
    strategies.dictionaries(
        strategies.sampled_from("abc"), strategies.lists(strategies.sampled_from(["x", "y"]), min_size=1), max_size=3
    )
)
def test_a_recipe_says_what_went_into_it(inputs: dict[str, list[str]]) -> None:
    shape = keys.shape_of(toys().nodes["toys.making.amount"], toys(), "torch 1.2")
    read = json.loads(keys.recipe(shape, shape.settings, inputs, {"f": "d"}))
    assert read == {
        "type": "toys.making.amount",
        "version": 1,
        "code": "",
        "with": "torch 1.2",
        "params": {"value": 1.0},
        "inputs": inputs,
        "files": {"f": "d"},
    }
