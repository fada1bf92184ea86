"""The published schema says what the reader accepts."""

from __future__ import annotations

import json

from graphs.document.model import Document, Node, Subgraph, View
from graphs.document.schema import document_schema


def test_the_schema_is_json_and_named() -> None:
    schema = document_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["title"] == "Noiseloom graph"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_field_of_every_part_is_in_the_schema() -> None:
    schema = document_schema()
    parts = schema["$defs"]
    assert isinstance(parts, dict)
    for part in (Node, Subgraph, View):
        assert set(parts[part.__name__]["properties"]) == set(part.model_fields)
    assert set(Document.model_fields) == set(schema["properties"] if isinstance(schema["properties"], dict) else [])


def test_unknown_keys_are_allowed_and_a_type_is_required() -> None:
    parts = document_schema()["$defs"]
    assert isinstance(parts, dict)
    assert parts["Node"]["required"] == ["type"]
    assert parts["Node"]["additionalProperties"] is True
