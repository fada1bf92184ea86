"""What a page names is worked out into one edit, which the document takes and gives back."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from app.editor.composing import composed
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.document.model import Document
from graphs.document.operations import apply
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.home import examples_folder


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(plugins=False)


@pytest.fixture(scope="module")
def digits() -> Document:
    return loads((examples_folder() / "digits.json").read_bytes())


def test_nodes_go_into_a_subgraph_and_out_again(catalogue: Catalogue, digits: Document) -> None:
    enclosed = composed({"do": "enclose", "ids": ["noise", "sample"], "name": "drawing"}, digits, catalogue)
    inside = apply(digits, enclosed)
    (name,) = set(inside.document.nodes) - set(digits.nodes)
    graph = inside.document.nodes[name].graph
    assert graph is not None
    assert set(graph.nodes) == {"noise", "sample"}
    outside = apply(inside.document, composed({"do": "unpack", "id": name}, inside.document, catalogue)).document
    assert set(outside.nodes) == set(digits.nodes)
    assert {key: dict(node.inputs) for key, node in outside.nodes.items()} == {
        key: dict(node.inputs) for key, node in digits.nodes.items()
    }
    assert dumps(apply(inside.document, inside.inverse).document) == dumps(digits)


def test_a_node_is_deleted_and_the_wire_through_it_kept(catalogue: Catalogue, digits: Document) -> None:
    user = next(name for name, node in digits.nodes.items() if "cfg" in node.inputs.values())
    left = apply(digits, composed({"do": "dissolve", "ids": ["cfg"]}, digits, catalogue)).document
    assert "cfg" not in left.nodes
    assert digits.nodes["cfg"].inputs["model"] in left.nodes[user].inputs.values()


WRONG: dict[str, JsonValue] = {
    "nothing": None,
    "no name": {"ids": []},
    "an unknown one": {"do": "explode", "ids": []},
    "a key too many": {"do": "unpack", "id": "cfg", "force": True},
    "no nodes": {"do": "dissolve"},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_command_is_refused(catalogue: Catalogue, digits: Document, name: str) -> None:
    with pytest.raises(InputError, match="this is no command") as caught:
        composed(WRONG[name], digits, catalogue)
    assert caught.value.mend


@pytest.mark.parametrize(
    "command",
    [
        {"do": "enclose", "ids": ["nobody"]},
        {"do": "unpack", "id": "cfg"},
        {"do": "dissolve", "ids": ["nobody"]},
        {"do": "dissolve", "at": "nowhere", "ids": ["cfg"]},
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    catalogue: Catalogue, digits: Document, command: JsonValue
) -> None:
    with pytest.raises(InputError):
        composed(command, digits, catalogue)
