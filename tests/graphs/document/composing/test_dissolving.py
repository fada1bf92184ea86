"""Nodes deleted with the wires through them kept: as a bypass would lead them."""

from __future__ import annotations

from hypothesis import given, strategies

from graphs.document.composing.dissolving import dissolve
from graphs.document.composing.enclosing import enclose
from graphs.document.model import Document, Subgraph
from graphs.document.operations import SetMode, apply, level_at
from graphs.errors import InputError
from graphs.faults import Code
from graphs.flattening import Flat, flatten
from graphs.signatures import signatures
from graphs.switching import settle
from tests.graphs.checking.broken import AMOUNT
from tests.graphs.document.composing.laws import after, chosen, keys, levels, some
from tests.graphs.document.documents import documents
from tests.graphs.running.at_random import random_graphs
from tests.graphs.toyshop import box, boxes, codes, graph, toy, toys


def bypassed(document: Document, at: str, ids: list[str]) -> Document:
    """The document with these nodes bypassed."""
    for name in ids:
        document = apply(document, SetMode(at=at, id=name, mode="bypass")).document
    return document


def wires(flat: Flat) -> dict[str, object]:
    """Where everything comes from."""
    return {place: node.sources for place, node in flat.items()}


@given(documents(), levels, some)
def test_nodes_of_any_document_are_dissolved_and_taken_back_or_refused(
    document: Document, at: str, ids: list[str]
) -> None:
    try:
        batch = dissolve(document, at, ids, toys())
    except InputError:
        return
    made = level_at(after(document, batch), at)
    assert made.nodes.keys() == level_at(document, at).nodes.keys() - set(ids)
    for node in made.nodes.values():
        assert not {text.split(".")[0] for _, text in node.wires()} & set(ids)


@given(random_graphs(), strategies.data())
def test_dissolving_leaves_what_a_bypass_leaves(document: Document, data: strategies.DataObject) -> None:
    ids = chosen(data, document)
    off = bypassed(document, "", ids)
    made = after(document, dissolve(document, "", ids, toys()))
    settled = settle(flatten(off), signatures(off, toys()))
    assert wires(flatten(made)) == wires(settled.flat)
    if made.nodes and Code.BAD_BYPASS not in codes(off):
        assert keys(made) == keys(off)


@given(random_graphs(), strategies.data())
def test_dissolving_inside_a_subgraph_leaves_what_a_bypass_leaves(
    document: Document, data: strategies.DataObject
) -> None:
    document = apply(document, enclose(document, "", chosen(data, document), "heap", toys())).document
    ids = chosen(data, document, "heap")
    off = bypassed(document, "heap", ids)
    made = after(document, dissolve(document, "heap", ids, toys()))
    settled = settle(flatten(off), signatures(off, toys()))
    level = level_at(document, "heap")
    assert isinstance(level, Subgraph)
    if not {text.split(".")[0] for text in level.outputs.values()} & set(ids):
        assert wires(flatten(made)) == wires(settled.flat)


def test_a_list_keeps_the_place_of_what_is_led_through() -> None:
    nodes = {"a": AMOUNT, "b": AMOUNT, "m": toy("mixing.more", amount="b"), "n": toy("mixing.more", amount="m")}
    document = graph(**nodes, all=toy("mixing.gather", parts=["a", "n", "a"]))
    made = after(document, dissolve(document, "", ["m", "n"], toys()))
    assert made.nodes["all"].inputs == {"parts": ("a", "b", "a")}


def test_a_wire_that_nothing_fits_goes_with_its_node() -> None:
    document = graph(word=toy("making.word"), all=toy("mixing.gather_some", parts=["word"]))
    assert after(document, dissolve(document, "", ["word"], toys())).nodes["all"].inputs == {}


def test_nodes_in_a_circle_have_nothing_to_give() -> None:
    circle = {"p": toy("mixing.add", left="q"), "q": toy("mixing.add", left="p")}
    document = graph(**circle, last=toy("mixing.more", amount="p"))
    assert after(document, dissolve(document, "", ["p", "q"], toys())).nodes["last"].inputs == {}


def test_what_comes_into_a_subgraph_feeds_what_its_dissolved_node_fed() -> None:
    inner = {"a": toy("mixing.more"), "b": toy("mixing.add", left="a"), "c": toy("mixing.gather", parts=["b", "a"])}
    document = graph(one=AMOUNT, sub=box(boxes(inner, {"n": ["a.amount"]}, {"out": "a", "b": "b"}), n="one"))
    level = level_at(after(document, dissolve(document, "sub", ["a"], toys())), "sub")
    assert isinstance(level, Subgraph)
    assert (level.inputs, level.outputs) == ({"n": ("b.left",)}, {"b": "b"})
    assert level.nodes["b"].inputs == {}
    assert level.nodes["c"].inputs == {"parts": ("b",)}


def test_an_output_of_a_level_is_led_on() -> None:
    inner = {"a": AMOUNT, "b": toy("mixing.more", amount="a")}
    document = graph(sub=box(boxes(inner, {}, {"out": "b"})))
    level = level_at(after(document, dissolve(document, "sub", ["b"], toys())), "sub")
    assert isinstance(level, Subgraph)
    assert level.outputs == {"out": "a"}
