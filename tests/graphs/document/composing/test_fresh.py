"""Names that are free."""

from __future__ import annotations

import pytest
from hypothesis import given

from graphs.document.composing.fresh import fresh_name, numbered
from graphs.document.model import Document, Node, Subgraph, View
from graphs.naming import is_identifier
from tests.graphs.document.documents import documents, texts


@pytest.mark.parametrize(
    ("wanted", "given_name"),
    [
        ("solver.heun", "heun"),
        ("heun", "heun"),
        ("cfg", "cfg_2"),
        ("guidance.cfg", "cfg_2"),
        ("noise_2", "noise_3"),
        ("solver.dpmpp_2m", "dpmpp_2m"),
        ("My Node!", "my_node"),
        ("2m", "node_2m"),
        ("", "node"),
        ("graph", "graph"),
    ],
)
def test_a_name_is_that_of_the_type_with_a_number_where_it_is_taken(wanted: str, given_name: str) -> None:
    level = Document(nodes={name: Node(type="x") for name in ("cfg", "noise", "noise_2")})
    assert fresh_name(level, wanted) == given_name


def test_numbers_go_up_from_two_past_what_is_given_away() -> None:
    assert fresh_name(Document(), "heun", {"heun", "heun_2"}) == "heun_3"
    assert numbered("a", {"a", "a_3"}) == "a_2"


def test_a_name_that_a_dangling_wire_the_interface_or_the_canvas_says_is_not_free() -> None:
    node = Node(type="x", inputs={"p": ("gone", "lost.out")})
    level = Subgraph(nodes={"a": node}, inputs={"i": ("fed.p",)}, outputs={"o": "given"}, view=View(nodes={"seen": {}}))
    for name in ("a", "gone", "lost", "fed", "given", "seen"):
        assert fresh_name(level, name) == f"{name}_2"


@given(documents(), texts)
def test_a_fresh_name_is_free_and_an_identifier_whatever_is_wanted(document: Document, wanted: str) -> None:
    name = fresh_name(document, wanted)
    assert is_identifier(name)
    assert name not in document.nodes
