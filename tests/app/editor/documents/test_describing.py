"""An operation in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from app.editor.documents.describing import describe
from graphs.document.model import Document, Node, Subgraph, View
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
    SetParameter,
    Title,
    Wire,
)
from tests.graphs.document.documents import documents
from tests.graphs.document.test_operations import operations

INNER = Subgraph(nodes={"deep": Node(type="x", params={"p": "old"})})
DOCUMENT = Document(
    nodes={"cfg": Node(type="x", params={"guidance_scale": 2.5}), "sub": Node(type="graph", graph=INNER)},
    view=View(notes=({"id": "n"},)),
)
WORDS: dict[str, Operation] = {
    "added heun": Add(id="heun", node=Node(type="x")),
    "removed cfg": Remove(id="cfg"),
    "renamed cfg to guided": Rename(id="cfg", to="guided"),
    "connected heun to cfg.model": Wire(id="cfg", port="model", sources="heun"),
    "connected a, b.c to cfg.model": Wire(id="cfg", port="model", sources=("a", "b.c")),
    "disconnected cfg.model": Wire(id="cfg", port="model", sources=None),
    "guidance_scale 2.5 → 4": SetParameter(id="cfg", name="guidance_scale", value=4),
    "steps 20": SetParameter(id="cfg", name="steps", value=20),
    "p old → a long text in some lin…": SetParameter(
        at="sub", id="deep", name="p", value="a long text\nin some lines and more"
    ),
    "guidance_scale back to its default": Reset(id="cfg", name="guidance_scale"),
    "set the input x of sub": Interface(at="sub", side="inputs", name="x", value=("deep.p",)),
    "removed the output x of sub": Interface(at="sub", side="outputs", name="x", value=None),
    "moved cfg": Move(places={"cfg": {"x": 1}}),
    "moved 3 nodes": Move(places={"a": None, "b": None, "c": None}),
    "added a group": Decorate(what="groups", id="g", value={}),
    "changed a note": Decorate(what="notes", id="n", value={}),
    "removed a note": Decorate(what="notes", id="n", value=None),
    "titled “mine”": Title(name="mine"),
    "changed nothing": Batch(operations=()),
}
BATCHES: dict[str, tuple[Operation, ...]] = {
    "added heun": (Add(id="heun", node=Node(type="x")), Move(places={"heun": {"x": 1}})),
    "added 3 nodes": tuple(Add(id=name, node=Node(type="x")) for name in "abc"),
    "removed 2 nodes": (Remove(id="a"), Remove(id="b"), Wire(id="c", port="p", sources="d")),
    "moved 3 nodes": (Move(places={"a": None}), Move(places={"b": None, "c": None})),
    "connected 2 wires": tuple(Wire(id="a", port=port, sources="b") for port in "pq"),
    "guidance_scale 2.5 → 4, titled “mine”": (
        SetParameter(id="cfg", name="guidance_scale", value=4),
        Batch(operations=(Title(name="mine"),)),
    ),
    "p 1, q 2, r 3 and 1 more": tuple(
        SetParameter(id="cfg", name=name, value=value) for value, name in enumerate("pqrs", 1)
    ),
}


@pytest.mark.parametrize("words", WORDS)
def test_an_operation_is_told_as_a_person_would(words: str) -> None:
    assert describe(WORDS[words], DOCUMENT) == words


@pytest.mark.parametrize("words", BATCHES)
def test_what_is_alike_is_counted_and_what_follows_goes_without_saying(words: str) -> None:
    assert describe(Batch(operations=BATCHES[words]), DOCUMENT) == words


@settings(max_examples=50, deadline=None)
@given(documents(), operations)
def test_there_are_words_for_everything_and_few_of_them(document: Document, operation: Operation) -> None:
    assert 0 < len(describe(operation, document)) < 300
