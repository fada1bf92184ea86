"""What makes one document another: exact wherever an operation can say it, and as one edit with an inverse."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from pydantic import JsonValue

from app.editor.documents.differences import differences
from graphs.document.model import Document, Node, View
from graphs.document.operations import Batch, SetParameter, apply
from graphs.document.reading import loads
from graphs.document.writing import dumps
from tests.graphs.document.documents import documents


def once(entries: Iterable[Mapping[str, JsonValue]]) -> list[Mapping[str, JsonValue]]:
    """The last entry of each id."""
    return list({str(entry["id"]): entry for entry in entries if isinstance(entry.get("id"), str)}.values())


def like(document: Document, other: Document) -> Document:
    """The document with what no operation can change taken from another, at its top."""
    view, others = document.view or View(), other.view or View()
    made = {**json.loads(dumps(document)), **(other.model_extra or {})}
    keep = Document.model_fields.keys() | (other.model_extra or {})
    made = {key: value for key, value in made.items() if key in keep}
    made["view"] = {
        "nodes": dict(view.nodes),
        "groups": once(view.groups),
        "notes": once(view.notes),
        **(others.model_extra or {}),
    }
    return loads(json.dumps(made))


@settings(max_examples=50, deadline=None)
@given(documents(), documents())
def test_the_differences_make_exactly_the_other_document_and_their_inverse_brings_back(
    before: Document, after: Document
) -> None:
    before, after = like(before, before), like(after, before)
    applied = apply(before, differences(before, after))
    assert dumps(applied.document) == dumps(after)
    assert dumps(apply(applied.document, applied.inverse).document) == dumps(before)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_between_equal_documents_there_are_none(document: Document) -> None:
    assert differences(document, loads(dumps(document))) == Batch(operations=())


def one(**node: JsonValue) -> Document:
    """A document with a node."""
    return loads(json.dumps({"noiseloom": 1, "nodes": {"a": {"type": "x", **node}}}))


@pytest.mark.parametrize(("before", "after"), [(1, 1.0), (1, True), (0.0, -0.0), ([1], [1.0])])
def test_values_that_python_calls_equal_are_told_apart(before: JsonValue, after: JsonValue) -> None:
    first, second = one(params={"p": before}), one(params={"p": after})
    assert differences(first, second) == Batch(operations=(SetParameter(id="a", name="p", value=after),))
    assert dumps(apply(first, differences(first, second)).document) == dumps(second)


def test_only_what_differs_is_touched() -> None:
    many = {f"n{index}": Node(type="x", inputs={"p": "n0"}) for index in range(100)}
    before = Document(nodes=many)
    after = Document(nodes={**many, "n7": Node(type="x", inputs={"p": "n1"}, params={"q": 2})})
    assert len(differences(before, after).operations) == 2


def test_a_node_of_another_type_keeps_the_wires_that_lead_from_it() -> None:
    before = Document(nodes={"a": Node(type="x"), "b": Node(type="y", inputs={"p": "a"})})
    after = Document(nodes={"a": Node(type="z", version=2), "b": Node(type="y", inputs={"p": "a"})})
    assert dumps(apply(before, differences(before, after)).document) == dumps(after)


@pytest.mark.parametrize("order", [[], ["n3"], ["n3", "n1", "n2"], ["n2", "n4", "n1"], ["n1", "n2", "n3"]])
@pytest.mark.parametrize("what", ["groups", "notes"])
def test_groups_and_notes_come_in_the_order_that_is_wanted(order: list[str], what: str) -> None:
    def noted(*entries: JsonValue) -> Document:
        return loads(json.dumps({"noiseloom": 1, "view": {what: list(entries)}}))

    strange: JsonValue = {"text": "no id"}
    before = noted({"id": "n1", "w": 1}, strange, {"id": "n2"}, {"id": "n3"})
    entries: list[JsonValue] = [{"id": name, "w": index} for index, name in enumerate(order)]
    after = noted(*entries[:1], strange, *entries[1:])
    assert dumps(apply(before, differences(before, after)).document) == dumps(after)


def test_what_no_operation_can_say_stays_as_it_is() -> None:
    before = loads('{"noiseloom": 1, "mine": 1, "view": {"notes": [{"id": "a", "x": 1}, {"id": "a", "x": 2}]}}')
    after = loads('{"noiseloom": 1, "name": "new", "view": {"notes": [{"id": "a", "x": 3}]}}')
    made = apply(before, differences(before, after)).document
    assert made == before.model_copy(update={"name": "new"})
