"""A page has all that it needs of the catalogue, and no more."""

from __future__ import annotations

import json

import pytest

from app.editor.catalogue import catalogue_json
from graphs.catalogue.catalogue import Catalogue, read_catalogue

MOST = 400_000
"""Bytes that stand in the first page at the most."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(plugins=False)


def test_every_node_type_is_there_with_its_ports_and_the_defaults_of_its_parameters(catalogue: Catalogue) -> None:
    nodes = catalogue_json(catalogue)["nodes"]
    assert isinstance(nodes, dict)
    assert set(nodes) == set(catalogue.nodes)
    for name, record in catalogue.nodes.items():
        shown = nodes[name]
        assert isinstance(shown, dict)
        assert shown["kind"] == record.kind
        inputs = shown.get("inputs", [])
        assert isinstance(inputs, list)
        assert len(inputs) == len(record.inputs)
        parameters = shown["parameters"]
        assert isinstance(parameters, list)
        for entry, parameter in zip(parameters, record.parameters, strict=True):
            assert isinstance(entry, dict)
            kind = entry["kind"]
            assert isinstance(kind, dict)
            assert (entry["name"], entry["default"], kind["kind"]) == (
                parameter.name,
                parameter.default,
                parameter.kind.kind,
            )


def test_every_port_type_that_is_shown_has_its_colour(catalogue: Catalogue) -> None:
    types = catalogue_json(catalogue)["types"]
    assert isinstance(types, dict)
    assert types
    assert all(isinstance(entry, dict) and entry["colour"] and entry["meaning"] for entry in types.values())


def test_it_is_small_enough_to_stand_in_the_page_and_holds_no_help(catalogue: Catalogue) -> None:
    text = json.dumps(catalogue_json(catalogue))
    assert len(text) < MOST
    assert '"help"' not in text
