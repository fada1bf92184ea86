"""A subgraph from a selection and back: the graph that runs and its keys stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.document.composing.enclosing import enclose
from graphs.document.composing.rewiring import added
from graphs.document.composing.unpacking import unpack
from graphs.document.model import Document, Subgraph, View
from graphs.document.operations import Move, SetMode, apply, level_at
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.flattening import flatten
from tests.graphs.checking.broken import AMOUNT, BOXED, SHOWN
from tests.graphs.document.composing.laws import after, chosen, keys, levels, some
from tests.graphs.document.documents import documents
from tests.graphs.running.at_random import random_graphs
from tests.graphs.running.runs import amount
from tests.graphs.toyshop import box, boxes, codes, faults, graph, toy, toys

SUM = toy("mixing.add", left="one", right="two", params={"weight": 0.5})
FLOW = {
    "one": amount(1),
    "two": amount(2),
    "sum": SUM,
    "more": toy("mixing.more", amount="sum", by="two"),
    "box": toy("mixing.gather", parts=["more", "one", "sum"]),
    "show": toy("showing.show", basket="box"),
}


def inside(document: Document, path: str) -> Subgraph:
    """The subgraph at a path."""
    level = level_at(document, path)
    assert isinstance(level, Subgraph)
    return level


@given(documents(), levels, some)
def test_a_selection_of_any_document_is_enclosed_and_taken_back_or_refused(
    document: Document, at: str, ids: list[str]
) -> None:
    try:
        batch = enclose(document, at, ids, "heap", toys())
    except InputError:
        return
    made = after(document, batch)
    (name,) = added(batch)
    assert set(inside(made, f"{at}/{name}" if at else name).nodes) == set(ids)
    assert level_at(made, at).nodes.keys() == (level_at(document, at).nodes.keys() - set(ids)) | {name}


@given(documents(), levels, strategies.sampled_from(["a", "b", "c"]))
def test_a_subgraph_of_any_document_is_unpacked_and_taken_back_or_refused(
    document: Document, at: str, name: str
) -> None:
    try:
        batch = unpack(document, at, name)
    except InputError:
        return
    level = level_at(document, at)
    made = level_at(after(document, batch), at)
    graph = level.nodes[name].graph
    assert graph is not None
    assert len(made.nodes) == len(level.nodes) - 1 + len(graph.nodes)
    assert len(made.view.notes if made.view else ()) >= len(level.view.notes if level.view else ())


@given(random_graphs(), strategies.data())
def test_enclosing_keeps_every_key_and_unpacking_gives_the_same_flat_graph_back(
    document: Document, data: strategies.DataObject
) -> None:
    made = after(document, enclose(document, "", chosen(data, document), "heap", toys()))
    assert [fault for fault in faults(made) if fault.severity == "error"] == []
    back = after(made, unpack(made, "", "heap"))
    assert flatten(back) == flatten(document)
    assert keys(made) == keys(document)
    deeper = after(made, enclose(made, "heap", chosen(data, made, "heap"), "heap", toys()))
    assert keys(deeper) == keys(document)
    inner = after(deeper, unpack(deeper, "heap", "heap")) if "heap" in inside(deeper, "heap").nodes else deeper
    assert flatten(inner).keys() == flatten(made).keys()
    assert keys(inner) == keys(document)


@given(random_graphs(), strategies.data())
def test_what_is_switched_off_is_enclosed_and_unpacked_as_such(document: Document, data: strategies.DataObject) -> None:
    last = f"n{len(document.nodes) - 1}"
    name = data.draw(strategies.sampled_from(sorted(document.nodes)))
    document = apply(document, SetMode(id=name, mode=data.draw(strategies.sampled_from(["bypass", "mute"])))).document
    before = codes(document)
    made = after(document, enclose(document, "", [name, last], "heap", toys()))
    assert codes(made) == before
    if not before:
        assert keys(made) == keys(document) == keys(after(made, unpack(made, "", "heap")))


def test_ports_are_named_after_what_they_feed_and_give_and_shared_where_one_wire_feeds_two() -> None:
    document = graph(**FLOW)
    made = after(document, enclose(document, "", ["sum", "more"], "core", toys()))
    core = inside(made, "core")
    assert core.inputs == {"left": ("sum.left",), "right": ("sum.right",), "by": ("more.by",)}
    assert core.outputs == {"more": "more", "sum": "sum"}
    assert made.nodes["core"].inputs == {"left": "one", "right": "two", "by": "two"}
    assert made.nodes["box"].inputs == {"parts": ("core.more", "one", "core.sum")}
    assert core.nodes["more"].inputs == {"amount": "sum"}
    assert core.nodes["sum"].params == {"weight": 0.5}
    assert faults(made) == ()
    twins = graph(a=AMOUNT, b=toy("mixing.more", amount="a"), c=toy("mixing.more", amount="a", params={"by": 2}))
    pair = after(twins, enclose(twins, "", ["b", "c"], "pair", toys()))
    assert inside(pair, "pair").inputs == {"amount": ("b.amount", "c.amount")}
    other = {"d": toy("mixing.more", amount="b"), "e": toy("mixing.more", amount="c")}
    known = graph(**dict.fromkeys("abc", AMOUNT), **other)
    both = after(known, enclose(known, "", ["d", "e"], "pair", toys()))
    assert both.nodes["pair"].inputs == {"amount": "b", "e_amount": "c"}


def test_the_only_output_is_called_out_and_needs_no_name_outside() -> None:
    document = graph(**FLOW)
    made = after(document, enclose(document, "", ["one", "two", "sum", "more", "box"], "core", toys()))
    assert made.nodes["show"].inputs == {"basket": "core"}
    assert inside(made, "core").outputs == {"out": "box"}


def test_a_list_that_is_fed_from_both_sides_keeps_its_order() -> None:
    document = graph(**FLOW)
    made = after(document, enclose(document, "", ["more", "box"], "core", toys()))
    assert made.nodes["core"].inputs["parts"] == ("core.more", "one", "sum")
    assert faults(made) == ()
    assert keys(made) == keys(document) == keys(after(made, unpack(made, "", "core")))


def test_a_node_between_two_chosen_ones_may_stay_outside() -> None:
    document = graph(**FLOW)
    made = after(document, enclose(document, "", ["one", "more"], "core", toys()))
    assert (faults(made), keys(made)) == ((), keys(document))


def test_what_a_level_takes_and_gives_goes_through_a_subgraph_in_it() -> None:
    nodes = {"a": toy("mixing.add"), "b": toy("mixing.more", amount="a"), "k": toy("making.knobs")}
    inner = boxes(nodes, {"n": ["a.left", "a.right", "b.by"], "seed": ["k.seed"]}, {"out": "b", "k": "k"})
    nodes = {"sub": box(inner, {"seed": {"sweep": [1, 2]}}, n="one"), "one": amount(3)}
    document = graph(
        **nodes,
        all=toy("heaps.pile", heap="heap"),
        heap=toy("heaps.heaped", amount="sub.k"),
        last=toy("mixing.more", amount="sub.out"),
    )
    made = after(document, enclose(document, "sub", ["a", "k"], "deep", toys()))
    level = inside(made, "sub")
    assert level.inputs == {"n": ("deep.n", "b.by"), "seed": ("deep.seed",)}
    assert level.outputs == {"out": "b", "k": "deep.k"}
    assert (faults(made), keys(made)) == ((), keys(document))
    back = after(made, unpack(made, "sub", "deep"))
    assert inside(back, "sub").inputs == {"n": ("a.left", "a.right", "b.by"), "seed": ("k.seed",)}
    flat = after(back, unpack(back, "", "sub"))
    assert flat.nodes["k"].params == {"seed": {"sweep": [1, 2], "axis": "sub.seed"}}
    assert flat.nodes["a"].inputs == {"left": "one", "right": "one"}
    assert flat.nodes["b"].inputs == {"amount": "a", "by": "one"}
    assert keys(flat) == keys(document)


def test_the_axis_of_a_sweep_keeps_its_name_in_a_subgraph() -> None:
    swept: JsonValue = {"sweep": [1, 2]}
    nodes = {"a": toy("making.amount", params={"value": swept}), "b": toy("mixing.more", amount="a")}
    document = graph(**nodes, heap=toy("heaps.heaped", amount="b"), pile=toy("heaps.pile", heap="heap"))
    made = after(document, enclose(document, "", ["a", "b"], "core", toys()))
    assert keys(made) == keys(document) == keys(after(made, unpack(made, "", "core")))


def test_places_stay_relative_and_come_back() -> None:
    document = graph(**FLOW)
    view = View(nodes={"sum": {"x": 30, "y": 10, "folded": True}, "more": {"x": 50, "y": 5}, "one": {"x": 0, "y": 0}})
    document = document.model_copy(update={"view": view})
    made = after(document, enclose(document, "", ["sum", "more"], "core", toys()))
    core = inside(made, "core")
    assert core.view is not None
    assert core.view.nodes == {"sum": {"x": 0, "y": 5, "folded": True}, "more": {"x": 20, "y": 0}}
    assert made.view is not None
    assert made.view.nodes["core"] == {"x": 30, "y": 5}
    far = apply(made, Move(places={"core": {"x": 130, "y": 5}})).document
    back = after(far, unpack(far, "", "core"))
    assert back.view is not None
    assert back.view.nodes["sum"] == {"x": 130, "y": 10, "folded": True}


def test_the_canvas_of_a_subgraph_comes_along_when_it_is_unpacked() -> None:
    document = graph(
        more=toy("mixing.more", amount="one"), one=AMOUNT, sub=box(boxes({"more": AMOUNT}, {}, {"out": "more"}))
    )
    inner = View(groups=({"id": "g", "nodes": ["more"], "x": 1},), notes=({"text": "here", "x": 2, "y": 3},))
    graph_of = inside(document, "sub").model_copy(update={"view": inner})
    sub = document.nodes["sub"].model_copy(update={"graph": graph_of})
    outer = View(nodes={"sub": {"x": 10, "y": 20}}, groups=({"id": "g"},), notes=({"id": "note"},))
    document = document.model_copy(update={"nodes": {**document.nodes, "sub": sub}, "view": outer})
    view = after(document, unpack(document, "", "sub")).view
    assert view is not None
    assert view.groups == ({"id": "g"}, {"id": "g_2", "nodes": ["more_2"], "x": 11})
    assert view.notes == ({"id": "note"}, {"id": "note_2", "text": "here", "x": 12, "y": 23})


def test_a_muted_subgraph_gives_muted_nodes_and_a_bypassed_one_is_refused() -> None:
    sub = box(boxes({"a": AMOUNT, "b": {**AMOUNT, "mode": "bypass"}}, {}, {"out": "a"}))
    document = graph(sub={**sub, "mode": "mute"}, other={**sub, "mode": "bypass"}, plain=AMOUNT)
    made = after(document, unpack(document, "", "sub"))
    assert (made.nodes["a"].mode, made.nodes["b"].mode) == ("mute", "mute")
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpack(document, "", "other")
    with pytest.raises(InputError, match="no subgraph"):
        unpack(document, "", "plain")


def test_an_inner_wire_that_led_nowhere_leads_nowhere_outside() -> None:
    inner = boxes({"a": toy("mixing.add", left="one", right="lost")}, {}, {"out": "a"})
    document = graph(one=AMOUNT, sub=box(inner))
    assert after(document, unpack(document, "", "sub")).nodes["a"].inputs == {"right": "lost"}


def test_an_inner_node_may_be_called_as_its_subgraph() -> None:
    document = graph(sub=box(boxes({"sub": AMOUNT}, {}, {"out": "sub"})), last=toy("mixing.more", amount="sub"))
    made = after(document, unpack(document, "", "sub"))
    assert (sorted(made.nodes), made.nodes["last"].inputs) == (["last", "sub"], {"amount": "sub"})


@pytest.mark.parametrize(("ids", "message"), [([], "no node is selected"), (["amuont"], "there is no node 'amuont'")])
def test_a_selection_that_is_not_there_is_refused(ids: list[str], message: str) -> None:
    document = graph(amount=AMOUNT, basket=BOXED, show=SHOWN)
    with pytest.raises(InputError, match=message):
        enclose(document, "", ids, "core", toys())


def test_a_group_forgets_what_went_into_a_subgraph_and_stays() -> None:
    document = graph(**FLOW).model_copy(update={"view": View(groups=({"id": "g", "nodes": ["sum", "one"], "x": 4},))})
    made = after(document, enclose(document, "", ["sum"], "core", toys()))
    assert made.view is not None
    assert made.view.groups == ({"id": "g", "nodes": ["one"], "x": 4},)
    assert dumps(made) != dumps(document)
