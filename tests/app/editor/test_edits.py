"""Every operation travels, and what is none is refused with the place."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from pydantic import JsonValue

from app.editor.edits import operation_json, read_operation
from graphs.document.model import Node
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
)
from graphs.errors import InputError

EVERY: tuple[Operation, ...] = (
    Add(id="a", node=Node(type="x", params={"q": [1, 2.5, None]}, inputs={"p": ("b", "c.out")}, mode="mute")),
    Add(at="sub/inner", id="a", node=Node(type="x")),
    Remove(id="a"),
    Rename(at="sub", id="a", to="b"),
    Wire(id="a", port="p", sources="b.out"),
    Wire(id="a", port="p", sources=("b", "c")),
    Wire(id="a", port="p", sources=None),
    SetParameter(id="a", name="q", value={"file": "x"}),
    SetParameter(id="a", name="q", value=None),
    Reset(id="a", name="q"),
    SetMode(id="a", mode="bypass"),
    SetMode(id="a", mode=None),
    Interface(at="sub", side="inputs", name="x", value=("a.p", "b.p")),
    Interface(at="sub", side="outputs", name="x", value=None),
    Move(places={"a": {"x": 1, "y": -2.5}, "b": None}),
    Decorate(what="groups", id="g", value={"id": "g", "nodes": ["a"]}, index=0),
    Decorate(what="notes", id="n", value=None),
    Title(name="é 漢"),
    Batch(operations=()),
    Batch(operations=(Remove(id="a"), Batch(operations=(Title(name=""),)))),
)


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.do)
def test_every_operation_is_the_same_after_its_way(operation: Operation) -> None:
    travelled = json.loads(json.dumps(operation_json(operation)))
    assert read_operation(travelled) == operation
    assert operation_json(read_operation(travelled)) == travelled


def test_no_operation_is_left_out_here() -> None:
    (union, _) = get_args(Operation)
    assert {type(operation) for operation in EVERY} == set(get_args(union))


def test_what_has_its_default_does_not_travel() -> None:
    assert operation_json(Remove(id="a")) == {"do": "remove", "id": "a"}
    assert operation_json(Batch(operations=(Title(name="x"),))) == {
        "do": "batch",
        "operations": [{"do": "title", "name": "x"}],
    }


WRONG: dict[str, tuple[JsonValue, str]] = {
    "nothing": (None, "object"),
    "a text": ("remove", "object"),
    "no name": ({"id": "a"}, "discriminator"),
    "an unknown one": ({"do": "explode"}, "remove"),
    "a key too many": ({"do": "remove", "id": "a", "force": True}, "Extra"),
    "a key too few": ({"do": "remove"}, "required"),
    "a wrong type": ({"do": "title", "name": 3}, "string"),
    "one within another": ({"do": "batch", "operations": [{"do": "title"}]}, "required"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_operation_is_refused_with_the_reason(name: str) -> None:
    value, reason = WRONG[name]
    with pytest.raises(InputError, match="this is no edit") as caught:
        read_operation(value)
    assert reason in caught.value.mend


def test_the_place_of_what_is_wrong_is_named() -> None:
    with pytest.raises(InputError) as caught:
        read_operation({"do": "batch", "operations": [{"do": "title", "name": "x"}, {"do": "remove", "id": 3}]})
    assert caught.value.where == "batch.operations.1.remove.id"
