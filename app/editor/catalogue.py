"""The catalogue as a browser needs it."""

from __future__ import annotations

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType, Parameter, ValueType

_NODE = {"id", "summary", "inputs", "parameters", "outputs", "output", "converts", "also"}
_TYPE = {"name", "meaning", "colour", "behaviour", "feeds", "gathers"}


def catalogue_json(catalogue: Catalogue) -> dict[str, JsonValue]:
    """Node types by id and port types by name, with what has its default left out."""
    return {
        "nodes": {record.id: _node(record) for record in catalogue.nodes.values()},
        "types": {value.name: _type(value) for value in catalogue.values.values() if value.colour},
    }


def _node(record: NodeType) -> JsonValue:
    kept = record.model_dump(mode="json", include=_NODE, exclude_defaults=True)
    return {**kept, "kind": record.kind, "parameters": [_parameter(entry) for entry in record.parameters]}


def _parameter(entry: Parameter) -> JsonValue:
    kept = entry.model_dump(mode="json", exclude_defaults=True, exclude={"kind"})
    kind = entry.kind.model_dump(mode="json", exclude_defaults=True)
    return {**kept, "default": entry.default, "kind": {"kind": entry.kind.kind, **kind}}


def _type(value: ValueType) -> JsonValue:
    return value.model_dump(mode="json", include=_TYPE, exclude_defaults=True)
