"""Defaults written out and left out."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from graphs.defaults import with_defaults, without_defaults
from graphs.document.model import Document
from graphs.flattening import flatten
from graphs.upgrading import upgrade
from tests.graphs.checking.broken import AMOUNT
from tests.graphs.checking.test_check import FINE, nested
from tests.graphs.toyshop import Saved, box, boxes, faults, graph, toy, toys

BOXED = box(
    boxes(
        {"k": toy("making.knobs"), "a": toy("mixing.add", left="k")}, {"n": ["k.seed"], "w": ["a.weight"]}, {"out": "a"}
    ),
    {"n": 5},
)
TWO = box(boxes({"k": toy("making.knobs")}, {"both": ["k.gain", "k.share"], "same": ["k.gain", "k.level"]}))
GRAPHS: dict[str, Saved] = {
    "every shape": FINE,
    "a subgraph": {"sub": BOXED},
    "a parameter that sets two": {"sub": TWO},
    "subgraphs in subgraphs": {"amount": AMOUNT, "deep": nested(4)},
    "a wired parameter": {"a": AMOUNT, "k": toy("making.knobs", gain="a", params={"seed": 3})},
}


def explicit(nodes: Saved) -> Document:
    """A graph with its defaults written out."""
    return with_defaults(upgrade(graph(**nodes), toys())[0], toys())


@pytest.mark.parametrize("name", GRAPHS)
def test_with_and_without_are_inverse(name: str) -> None:
    document = upgrade(graph(**GRAPHS[name]), toys())[0]
    full = with_defaults(document, toys())
    short = without_defaults(document, toys())
    assert without_defaults(full, toys()) == short
    assert with_defaults(full, toys()) == full
    assert with_defaults(short, toys()) == full


@pytest.mark.parametrize("name", GRAPHS)
def test_with_defaults_a_graph_has_no_more_faults_and_means_the_same(name: str) -> None:
    document = upgrade(graph(**GRAPHS[name]), toys())[0]
    full = with_defaults(document, toys())
    assert faults(full) == faults(document)
    before, after = flatten(document), flatten(full)
    assert {place: node.sources for place, node in before.items()} == {
        place: node.sources for place, node in after.items()
    }
    for place, node in before.items():
        assert node.params.items() <= after[place].params.items()


def test_every_parameter_is_written_out_but_a_wired_one() -> None:
    full = explicit(GRAPHS["a wired parameter"])
    record = toys().nodes["toys.making.knobs"]
    assert set(full.nodes["k"].params) == {parameter.name for parameter in record.parameters} - {"gain"}
    assert full.nodes["k"].params["seed"] == 3


def test_a_parameter_led_out_of_a_subgraph_is_written_where_it_is_set() -> None:
    full = explicit({"sub": BOXED})
    node = full.nodes["sub"]
    assert node.params == {"n": 5, "w": 1.0}
    assert node.graph is not None
    assert "weight" not in node.graph.nodes["a"].params
    assert flatten(full)["sub/a"].params["weight"] == 1.0


def test_where_defaults_differ_no_one_value_is_written_for_them() -> None:
    node = explicit({"sub": TWO}).nodes["sub"]
    assert node.params == {"same": 1.0}


def test_what_another_version_saved_stays_as_it_is() -> None:
    document = graph(k=toy("making.knobs") | {"version": 9}, s=toy("nothing.known"))
    assert with_defaults(document, toys()) == document
    assert without_defaults(document, toys()) == document


@pytest.mark.parametrize(
    ("name", "literal", "kept"),
    [
        ("gain", 1, False),
        ("gain", 1.0, False),
        ("gain", True, True),
        ("gain", "1", True),
        ("count", 1, False),
        ("count", 1.0, True),
        ("count", True, True),
        ("on", False, False),
        ("on", 0, True),
        ("size", 8, False),
        ("size", "8", True),
        ("seed", 0, False),
        ("seed", False, True),
        ("weights", [1], False),
        ("weights", [True], True),
        ("limit", None, False),
        ("limit", 0, True),
        ("picture", None, False),
        ("gain", {"curve": [[1, 1]]}, True),
        ("gain", {"sweep": [1]}, True),
        ("nobody", 1, True),
    ],
)
def test_only_a_value_that_means_the_default_is_left_out(name: str, literal: JsonValue, kept: bool) -> None:
    short = without_defaults(graph(k=toy("making.knobs", params={name: literal})), toys())
    assert (name in short.nodes["k"].params) == kept
