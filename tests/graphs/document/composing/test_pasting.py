"""Nodes as JSON, and put somewhere under ids of their own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.document.composing.pasting import clip, duplicate, paste
from graphs.document.composing.rewiring import added
from graphs.document.model import Document, Subgraph, View
from graphs.document.operations import level_at
from graphs.document.writing import dumps
from graphs.errors import InputError
from tests.graphs.checking.broken import AMOUNT
from tests.graphs.document.composing.laws import after, chosen, keys, levels, some
from tests.graphs.document.documents import documents
from tests.graphs.running.at_random import random_graphs
from tests.graphs.toyshop import box, boxes, faults, graph, toy

LINE = {
    "one": AMOUNT,
    "more": toy("mixing.more", amount="one"),
    "sum": toy("mixing.add", left="more", right="one"),
    "all": toy("mixing.gather", parts=["one", "sum", "more"]),
}


@given(documents(), levels, some, strategies.booleans(), documents())
def test_nodes_of_any_document_are_copied_to_any_other_and_taken_back_or_refused(
    document: Document, at: str, ids: list[str], keep_wires: bool, other: Document
) -> None:
    try:
        found = clip(document, at, ids)
        batch = duplicate(document, at, ids, keep_wires=keep_wires)
    except InputError:
        return
    names = sorted(set(ids))
    made = level_at(after(document, batch), at)
    assert len(made.nodes) == len(level_at(document, at).nodes) + len(names) == len(made.nodes.keys() | set(names))
    pasted = after(other, paste(other, "", json.dumps(found), (1, 2), keep_wires=keep_wires))
    assert len(pasted.nodes) == len(other.nodes) + len(names)
    assert all(pasted.nodes[name] == other.nodes[name] for name in other.nodes)


@given(documents(), documents())
def test_a_whole_graph_can_be_pasted_into_any_other(document: Document, other: Document) -> None:
    batch = paste(other, "", dumps(document))
    made = after(other, batch)
    assert len(added(batch)) == len(document.nodes) == len(made.nodes) - len(other.nodes)


@given(random_graphs())
def test_a_graph_pasted_into_itself_has_every_key_twice_and_nothing_new_to_compute(document: Document) -> None:
    made = after(document, paste(document, "", dumps(document)))
    before, both = keys(document), keys(made)
    assert both.keys() == before.keys()
    assert both == {key: 2 * count for key, count in before.items()}


@given(random_graphs(), strategies.data())
def test_a_duplicate_with_its_wires_needs_nothing_new(document: Document, data: strategies.DataObject) -> None:
    made = after(document, duplicate(document, "", chosen(data, document)))
    assert faults(made) == ()
    assert keys(made).keys() >= keys(document).keys()


def test_inner_wires_follow_their_ids_and_outer_ones_stay_where_they_are_wanted_and_their_node_is_there() -> None:
    document = graph(**LINE)
    copied = clip(document, "", ["more", "all"])
    without = after(document, paste(document, "", copied))
    assert without.nodes["more_2"].inputs == {}
    assert without.nodes["all_2"].inputs == {"parts": ("more_2",)}
    within = after(document, paste(document, "", copied, keep_wires=True))
    assert within.nodes["more_2"].inputs == {"amount": "one"}
    assert within.nodes["all_2"].inputs == {"parts": ("one", "sum", "more_2")}
    elsewhere = after(graph(one=AMOUNT), paste(graph(one=AMOUNT), "", copied, keep_wires=True))
    assert elsewhere.nodes["all"].inputs == {"parts": ("one", "more")}


def test_places_and_marks_are_shifted_and_get_ids_of_their_own() -> None:
    view = View(
        nodes={"one": {"x": 1, "y": 2, "folded": True}, "more": {"x": 9}},
        groups=({"id": "g", "x": 0, "y": 0, "nodes": ["one", "more"]},),
        notes=({"id": "n", "text": "here", "x": 5}, {"id": "m"}),
    )
    document = graph(**LINE).model_copy(update={"view": view})
    made = after(document, paste(document, "", clip(document, "", ["one"], ["g", "n"]), (10, 20))).view
    assert made is not None
    assert made.nodes["one_2"] == {"x": 11, "y": 22, "folded": True}
    assert made.groups[1] == {"id": "g_2", "x": 10, "y": 20, "nodes": ["one_2", "more"]}
    assert made.notes[2] == {"id": "n_2", "text": "here", "x": 15}
    assert duplicate(document, "", ["one"]).operations[1:] != ()


def test_a_mark_can_be_copied_by_itself() -> None:
    document = Document(view=View(notes=({"id": "n", "text": "here"},)))
    made = after(document, paste(document, "", clip(document, "", [], ["n"]))).view
    assert made is not None
    assert [note["id"] for note in made.notes] == ["n", "n_2"]


def test_a_copy_in_a_subgraph_is_fed_by_what_feeds_the_original() -> None:
    inner = boxes({"a": toy("mixing.more"), "b": AMOUNT}, {"n": ["a.amount"], "by": ["a.by"]}, {"out": "a"})
    document = graph(one=AMOUNT, sub=box(inner, n="one"))
    level = level_at(after(document, duplicate(document, "sub", ["a"])), "sub")
    assert isinstance(level, Subgraph)
    assert level.inputs == {"n": ("a.amount", "a_2.amount"), "by": ("a.by", "a_2.by")}
    alone = level_at(after(document, duplicate(document, "sub", ["a"], keep_wires=False)), "sub")
    assert isinstance(alone, Subgraph)
    assert alone.inputs == {"n": ("a.amount",), "by": ("a.by",)}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"noiseloom_clip": 2, "nodes": {}}',
        '{"noiseloom_clip": 1, "nodes": {"A": {"type": "x"}}}',
        '{"noiseloom_clip": 1, "nodes": {"a": {}}}',
        '{"noiseloom_clip": 1, "nodes": {"a": {"type": "x"}}, "view": []}',
        '{"noiseloom": 99}',
        '{"noiseloom_clip": 1, "noiseloom_clip": 1}',
    ],
)
def test_what_is_no_clip_and_no_graph_is_refused(content: str) -> None:
    with pytest.raises(InputError):
        paste(graph(), "", content)


def test_a_clip_is_plain_json_and_says_what_it_is() -> None:
    document = graph(**LINE)
    expected: JsonValue = {"noiseloom_clip": 1, "nodes": {"one": {"type": "toys.making.amount"}}, "view": {}}
    assert clip(document, "", ["one"]) == expected
