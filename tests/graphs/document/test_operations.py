"""Every edit is an operation: applied whole or refused whole, with an inverse that gives back the same bytes."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import pytest
from hypothesis import given, strategies
from hypothesis.strategies import SearchStrategy
from pydantic import JsonValue, TypeAdapter

from graphs.document.model import Document, Node, Subgraph, View, walk
from graphs.document.operations import (
    Add,
    Batch,
    Decorate,
    Interface,
    Move,
    Operation,
    Remove,
    Rename,
    Reset,
    SetMode,
    SetParameter,
    Title,
    Wire,
    apply,
    level_at,
)
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.naming import parse_reference
from tests.graphs.document.documents import documents, ids, nodes, places, ports, references, texts, values

levels = strategies.sampled_from(["", "a", "b", "a/b", "b/a", "c/d_1"])
some_nodes = nodes(1).map(lambda raw: loads(json.dumps({"noiseloom": 1, "nodes": {"n": raw}})).nodes["n"])
some_wires = strategies.none() | references | strategies.lists(references, max_size=3).map(tuple)
gaps = strategies.none() | strategies.integers(-1, 4)
marks = strategies.sampled_from(["g1", "g2", "g9"])

simple: SearchStrategy[Operation] = strategies.one_of(
    strategies.builds(Add, at=levels, id=ids, node=some_nodes),
    strategies.builds(Remove, at=levels, id=ids),
    strategies.builds(Rename, at=levels, id=ids, to=ids | strategies.just("fresh")),
    strategies.builds(Wire, at=levels, id=ids, port=ports, sources=some_wires),
    strategies.builds(SetParameter, at=levels, id=ids, name=ports, value=values),
    strategies.builds(Reset, at=levels, id=ids, name=ports),
    strategies.builds(SetMode, at=levels, id=ids, mode=strategies.sampled_from([None, "bypass", "mute"])),
    strategies.builds(Interface, at=levels, side=strategies.just("inputs"), name=ports, value=some_wires),
    strategies.builds(Interface, at=levels, side=strategies.just("outputs"), name=ports, value=some_wires),
    strategies.builds(Move, at=levels, places=strategies.dictionaries(ids, strategies.none() | places, max_size=3)),
    strategies.builds(
        Decorate,
        at=levels,
        what=strategies.sampled_from(["groups", "notes"]),
        id=marks,
        value=strategies.none() | strategies.dictionaries(texts, values, max_size=2),
        index=gaps,
    ),
    strategies.builds(Title, name=texts),
)
operations: SearchStrategy[Operation] = simple | strategies.builds(
    Batch, operations=strategies.lists(simple, max_size=4).map(tuple)
)
adapter: TypeAdapter[Operation] = TypeAdapter(Operation)


def wired(**sources: str) -> Node:
    """A node with these wires."""
    return Node(type="x", inputs=sources)


def nest(inner: Subgraph) -> Document:
    """A document with a subgraph at `sub`."""
    return Document(nodes={"sub": Node(type="graph", graph=inner)})


@given(documents(), operations)
def test_an_operation_and_its_inverse_give_back_the_same_bytes(document: Document, operation: Operation) -> None:
    before = dumps(document)
    try:
        applied = apply(document, operation)
    except InputError:
        assert dumps(document) == before
        return
    back = apply(applied.document, applied.inverse)
    assert dumps(back.document) == before
    again = apply(back.document, back.inverse)
    assert dumps(again.document) == dumps(applied.document)


@given(documents(), strategies.lists(operations, min_size=1, max_size=8))
def test_a_whole_history_can_be_taken_back(document: Document, history: list[Operation]) -> None:
    undo: list[Operation] = []
    now = document
    for operation in history:
        try:
            now, inverse = apply(now, operation)
        except InputError:
            continue
        undo.append(inverse)
    for inverse in reversed(undo):
        now = apply(now, inverse).document
    assert dumps(now) == dumps(document)


@given(documents(), operations)
def test_whatever_an_operation_makes_can_be_saved_and_read(document: Document, operation: Operation) -> None:
    try:
        made = apply(document, operation).document
    except InputError:
        return
    assert loads(dumps(made)) == made


@given(operations)
def test_an_operation_travels_as_json(operation: Operation) -> None:
    assert adapter.validate_json(adapter.dump_json(operation)) == operation


def test_any_module_can_read_operations_without_naming_them_all() -> None:
    code = "from pydantic import TypeAdapter\nfrom graphs.document.operations import Operation\n"
    code += "print(TypeAdapter(Operation).validate_python({'do': 'mode', 'id': 'a', 'mode': 'mute'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mode='mute'" in done.stdout


@given(documents(), ids)
def test_a_rename_leaves_no_reference_to_the_old_name(document: Document, name: str) -> None:
    if name not in document.nodes:
        return
    after = apply(document, Rename(id=name, to="fresh")).document
    wires = [parse_reference(text) for node in after.nodes.values() for _, text in node.wires()]
    assert not [wire for wire in wires if wire and wire.node == name]
    assert after.view is None or name not in after.view.nodes
    assert after.nodes["fresh"].params == document.nodes[name].params


def test_a_rename_rewrites_wires_lists_interface_and_view() -> None:
    inner = Subgraph(
        nodes={"a": Node(type="x"), "b": wired(p="a"), "c": Node(type="x", inputs={"p": ("a.out", "b", "a")})},
        inputs={"in": ("a.x", "b.x")},
        outputs={"out": "a.out"},
        view=View(nodes={"a": {"x": 1}}),
    )
    after = level_at(apply(nest(inner), Rename(at="sub", id="a", to="z")).document, "sub")
    assert isinstance(after, Subgraph)
    assert after.nodes["b"].inputs == {"p": "z"}
    assert after.nodes["c"].inputs == {"p": ("z.out", "b", "z")}
    assert (after.inputs, after.outputs) == ({"in": ("z.x", "b.x")}, {"out": "z.out"})
    assert after.view is not None
    assert after.view.nodes == {"z": {"x": 1}}


def test_a_rename_touches_no_other_level() -> None:
    inner = Subgraph(nodes={"a": Node(type="x"), "b": wired(p="a")})
    document = Document(nodes={"a": Node(type="x"), "sub": Node(type="graph", graph=inner)})
    assert level_at(apply(document, Rename(id="a", to="z")).document, "sub") == inner


def test_a_removal_cuts_wires_interface_and_view() -> None:
    inner = Subgraph(
        nodes={"a": Node(type="x"), "b": wired(p="a", q="c"), "c": Node(type="x", inputs={"p": ("a", "b")})},
        inputs={"both": ("a.x", "b.x"), "one": ("a.y",)},
        outputs={"out": "a"},
        view=View(nodes={"a": {"x": 1}}),
    )
    after = level_at(apply(nest(inner), Remove(at="sub", id="a")).document, "sub")
    assert after == Subgraph(
        nodes={"b": wired(q="c"), "c": Node(type="x", inputs={"p": ("b",)})}, inputs={"both": ("b.x",)}
    )


def test_taking_back_an_addition_leaves_wires_that_dangled_before() -> None:
    document = Document(nodes={"b": wired(p="a")}, view=View(nodes={"a": {"x": 1}}))
    applied = apply(document, Add(id="a", node=Node(type="x")))
    assert dumps(apply(applied.document, applied.inverse).document) == dumps(document)


def test_taking_back_a_rename_leaves_wires_that_dangled_before() -> None:
    document = Document(nodes={"a": Node(type="x"), "b": wired(p="new", q="a")}, view=View(nodes={"new": {"x": 1}}))
    applied = apply(document, Rename(id="a", to="new"))
    assert applied.document.nodes["b"].inputs == {"p": "new", "q": "new"}
    assert dumps(apply(applied.document, applied.inverse).document) == dumps(document)


GROUPS: tuple[dict[str, JsonValue], ...] = (
    {"id": "one", "nodes": ["a", "b"]},
    {"id": "twice", "nodes": ["a"]},
    {"id": "twice", "nodes": ["b"]},
    {"id": "free", "x": 1},
)


def members(document: Document) -> list[JsonValue]:
    """What each group lists."""
    return [group.get("nodes") for group in document.view.groups] if document.view else []


def test_the_members_of_a_group_follow_a_rename_and_a_removal_takes_them_out() -> None:
    document = Document(nodes={"a": Node(type="x"), "b": Node(type="x")}, view=View(groups=GROUPS))
    renamed = apply(document, Rename(id="a", to="z"))
    assert members(renamed.document) == [["z", "b"], ["a"], ["b"], None]
    removed = apply(renamed.document, Remove(id="z"))
    assert members(removed.document) == [["b"], ["a"], ["b"], None]
    assert dumps(apply(removed.document, removed.inverse).document) == dumps(renamed.document)
    assert dumps(apply(renamed.document, renamed.inverse).document) == dumps(document)


def test_a_rename_to_what_a_group_lists_already_can_be_taken_back() -> None:
    document = Document(nodes={"a": Node(type="x")}, view=View(groups=({"id": "g", "nodes": ["a", "new", "a"]},)))
    applied = apply(document, Rename(id="a", to="new"))
    assert members(applied.document) == [["new", "new", "new"]]
    assert dumps(apply(applied.document, applied.inverse).document) == dumps(document)


def test_a_node_is_switched_off_and_on_and_the_key_is_gone() -> None:
    document = Document(nodes={"a": Node(type="x", params={"p": 1})})
    off = apply(document, SetMode(id="a", mode="bypass"))
    assert '"mode": "bypass"' in dumps(off.document)
    muted = apply(off.document, SetMode(id="a", mode="mute"))
    assert muted.inverse == SetMode(id="a", mode="bypass")
    assert dumps(apply(muted.document, SetMode(id="a", mode=None)).document) == dumps(document)


REFUSED: dict[str, Operation] = {
    "a node that is there already": Add(id="a", node=Node(type="x")),
    "a node under a bad name": Add(id="A", node=Node(type="x")),
    "a node with a bad parameter": Add(id="n", node=Node(type="x", params={"B": 1})),
    "a node that cannot be saved": Add(id="n", node=Node(type="x", params={"b": float("nan")})),
    "a graph without a graph": Add(id="n", node=Node(type="graph")),
    "removing what is not there": Remove(id="z"),
    "renaming what is not there": Rename(id="z", to="y"),
    "renaming to what is there": Rename(id="a", to="b"),
    "renaming to itself": Rename(id="a", to="a"),
    "renaming to a bad name": Rename(id="a", to="a.b"),
    "wiring a bad port": Wire(id="a", port="P", sources="b"),
    "wiring what is not there": Wire(id="z", port="p", sources="b"),
    "setting a bad name": SetParameter(id="a", name="", value=1),
    "setting NaN": SetParameter(id="a", name="p", value=float("nan")),
    "setting infinity": SetParameter(id="a", name="p", value=[float("inf")]),
    "setting half of a surrogate pair": SetParameter(id="a", name="p", value="\ud800"),
    "resetting at what is not there": Reset(id="z", name="p"),
    "switching what is not there": SetMode(id="z", mode="mute"),
    "an interface of the document": Interface(side="inputs", name="x", value=("a.p",)),
    "a list as an output": Interface(at="sub", side="outputs", name="x", value=("a.p",)),
    "a text as an input": Interface(at="sub", side="inputs", name="x", value="a.p"),
    "an interface under a bad name": Interface(at="sub", side="inputs", name="X", value=("a.p",)),
    "a level that is not there": Remove(at="nowhere", id="a"),
    "a level that is no subgraph": Remove(at="a", id="a"),
    "a level with a slash too many": Remove(at="sub/", id="a"),
    "a title that is no text": Title(name="\udfff"),
    "one of several": Batch(operations=(Remove(id="a"), Remove(id="a"))),
    "one deep in several": Batch(operations=(Title(name="new"), Batch(operations=(Remove(id="a"), Remove(id="z"))))),
    "a note of which there are two": Decorate(what="notes", id="twice", value=None),
}
"""Operations that cannot be applied to the document below."""


@pytest.mark.parametrize("name", REFUSED)
def test_an_operation_that_cannot_be_applied_is_refused_whole(name: str) -> None:
    inner = Subgraph(nodes={"a": Node(type="x")})
    nodes = {"a": Node(type="x"), "b": wired(p="a"), "sub": Node(type="graph", graph=inner)}
    document = Document(nodes=nodes, view=View(notes=({"id": "twice"}, {"id": "twice"})))
    before = dumps(document)
    with pytest.raises(InputError):
        apply(document, REFUSED[name])
    assert dumps(document) == before


def test_a_value_deeper_than_can_be_read_is_refused_and_one_as_deep_is_not() -> None:
    def nested(depth: int) -> JsonValue:
        return json.loads("[" * depth + "]" * depth) if depth else 0

    document = nest(Subgraph(nodes={"a": Node(type="x")}))
    deepest = next(
        depth
        for depth in itertools.count(80)
        if not _accepted(document, SetParameter(at="sub", id="a", name="p", value=nested(depth + 1)))
    )
    loads(dumps(apply(document, SetParameter(at="sub", id="a", name="p", value=nested(deepest))).document))
    assert deepest == 93


def _accepted(document: Document, operation: Operation) -> bool:
    try:
        apply(document, operation)
    except InputError:
        return False
    return True


def test_a_misspelt_node_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'noise'"):
        apply(Document(nodes={"noise": Node(type="x")}), Remove(id="nosie"))


def test_an_edit_inside_leaves_all_other_levels_the_same_objects() -> None:
    inner = Subgraph(nodes={"deep": Node(type="graph", graph=Subgraph(nodes={"n": Node(type="x")}))})
    document = Document(nodes={"sub": Node(type="graph", graph=inner), "other": Node(type="x")})
    after = apply(document, SetParameter(at="sub/deep", id="n", name="p", value=1)).document
    assert after.nodes["other"] is document.nodes["other"]
    assert [path for path, _ in walk(after)] == ["", "sub", "sub/deep"]
    assert level_at(after, "sub/deep").nodes["n"].params == {"p": 1}


def test_a_group_is_put_moved_and_taken_away() -> None:
    document = Document()
    for name in ("one", "two", "three"):
        document = apply(document, Decorate(what="groups", id=name, value={"title": name})).document
    document = apply(document, Decorate(what="groups", id="three", value={"title": "3"}, index=0)).document
    document = apply(document, Decorate(what="groups", id="one", value=None)).document
    assert document.view is not None
    assert document.view.groups == ({"id": "three", "title": "3"}, {"id": "two", "title": "two"})
