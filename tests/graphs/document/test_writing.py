"""From a document to text: nothing is lost, two saves are byte-equal, small edits make small diffs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from pydantic import JsonValue

from graphs.document.model import Document, Node, View
from graphs.document.operations import SetParameter, apply
from graphs.document.reading import loads
from graphs.document.writing import WIDTH, dumps, save
from tests.graphs.document.documents import documents, raw_documents

STRANGE: dict[str, JsonValue] = {
    "noiseloom": 1,
    "later": {"b": 1, "a": [True, 1, 1.0, "1", None]},
    "nodes": {
        "mine": {"type": "a.type.nobody.has", "colour": "red", "version": 7, "params": {"any": {"thing": [1, {}]}}},
        "sub": {
            "type": "graph",
            "graph": {"nodes": {"a": {"type": "x", "own": 1}}, "author": "me", "view": {"zoom": 2}},
        },
    },
    "view": {"nodes": {"mine": {"x": 0, "y": 0, "folded": True}}, "zoom": 0.5, "groups": [{"any": "thing"}]},
}
"""Unknown keys at every level."""


@given(documents())
def test_what_is_written_is_read_again(document: Document) -> None:
    assert loads(dumps(document)) == document


@given(documents())
def test_a_second_save_is_byte_equal(document: Document) -> None:
    text = dumps(document)
    assert dumps(loads(text)) == text


@given(raw_documents())
def test_the_order_of_keys_in_a_file_makes_no_difference(raw: dict[str, JsonValue]) -> None:
    backwards = json.dumps(raw, sort_keys=True)
    assert dumps(loads(json.dumps(raw))) == dumps(loads(backwards))


def test_unknown_keys_and_types_survive_at_every_level() -> None:
    assert json.loads(dumps(loads(json.dumps(STRANGE)))) == STRANGE


def test_numbers_keep_their_type_and_sign() -> None:
    text = dumps(loads('{"noiseloom": 1, "mine": {"a": [1, 1.0, -0.0, 1e22, 12345678901234567890, 0.1]}}'))
    assert "[1, 1.0, -0.0, 1e+22, 12345678901234567890, 0.1]" in text


def test_text_is_written_as_a_person_reads_it() -> None:
    assert '"name": "Größe \N{GRINNING FACE}"' in dumps(Document(name="Größe \N{GRINNING FACE}"))


def test_nodes_are_sorted_and_empty_parts_left_out() -> None:
    document = Document(nodes={"b": Node(type="y"), "a": Node(type="x")}, view=View())
    rows = [
        "{",
        '  "noiseloom": 1,',
        '  "nodes": {',
        '    "a": {"type": "x"},',
        '    "b": {"type": "y"}',
        "  }",
        "}",
        "",
    ]
    assert dumps(document) == "\n".join(rows)


def test_an_empty_document_is_valid() -> None:
    assert dumps(Document()) == '{\n  "noiseloom": 1\n}\n'


def test_an_empty_view_is_none() -> None:
    assert loads('{"noiseloom": 1, "view": {}}').view is None


def test_an_edit_of_one_value_changes_one_line() -> None:
    nodes = {f"n{index}": Node(type="solver.sample", params={"seed": index, "text": "a" * 60}) for index in range(20)}
    before = Document(nodes=nodes)
    after = apply(before, SetParameter(id="n7", name="seed", value=99)).document
    pairs = zip(dumps(before).split("\n"), dumps(after).split("\n"), strict=True)
    assert sum(old != new for old, new in pairs) == 1


@given(documents())
def test_what_does_not_fit_on_a_line_is_broken_into_lines_that_do(document: Document) -> None:
    assert max(map(len, dumps(document).split("\n"))) <= WIDTH


def test_a_save_holds_the_text(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    save(Document(name="ä"), path)
    assert path.read_bytes() == dumps(Document(name="ä")).encode()
    assert [entry.name for entry in tmp_path.iterdir()] == ["graph.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.json"
    save(Document(name="old"), path)
    old = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(Document(name="new"), path)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["graph.json"]


def test_a_document_that_is_no_json_is_not_saved_over_another(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text("old")
    with pytest.raises(ValueError, match="JSON"):
        save(Document(nodes={"a": Node(type="x", params={"p": float("nan")})}), path)
    assert path.read_text() == "old"
