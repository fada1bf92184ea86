"""From text to a document: what is refused, where, and with which words; and old formats."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.document import reading
from graphs.document.model import Document
from graphs.document.reading import DEEPEST, loads, parse_json
from graphs.faults import Code, Fault, GraphError


def refused(text: str | bytes) -> tuple[Fault, ...]:
    """The faults that a text is refused for."""
    with pytest.raises(GraphError) as caught:
        loads(text)
    return caught.value.faults


def saved(**entries: JsonValue) -> str:
    """The text of a graph with these entries."""
    return json.dumps({"noiseloom": 1, **entries})


TEXTS: dict[str, tuple[str | bytes, Code]] = {
    "bytes that are no UTF-8": (b'{"noiseloom": 1, "name": "\xff"}', Code.NOT_TEXT),
    "half of a surrogate pair in a value": (r'{"noiseloom": 1, "name": "\ud800"}', Code.NOT_TEXT),
    "half of a surrogate pair in a key": (r'{"noiseloom": 1, "\udfff": 1}', Code.NOT_TEXT),
    "a raw surrogate in text": ('{"noiseloom": 1, "name": "\ud800"}', Code.NOT_TEXT),
    "no text at all": ("", Code.NOT_JSON),
    "two values": ("1 2", Code.NOT_JSON),
    "a comment": ('{"noiseloom": 1} // mine', Code.NOT_JSON),
    "a comma too many": ('{"noiseloom": 1,}', Code.NOT_JSON),
    "a raw line break in a text": ('{"noiseloom": 1, "name": "a\nb"}', Code.NOT_JSON),
    "a key twice": ('{"noiseloom": 1, "noiseloom": 1}', Code.DUPLICATE_KEY),
    "a node twice": ('{"noiseloom": 1, "nodes": {"a": {"type": "x"}, "a": {"type": "y"}}}', Code.DUPLICATE_KEY),
    "a key twice in a value": ('{"noiseloom": 1, "mine": [[{"k": 1, "k": 2}]]}', Code.DUPLICATE_KEY),
    "a key twice in other spelling": (r'{"noiseloom": 1, "\u006eoiseloom": 1}', Code.DUPLICATE_KEY),
    "NaN": ('{"noiseloom": 1, "mine": NaN}', Code.NOT_A_NUMBER),
    "Infinity": ('{"noiseloom": 1, "mine": Infinity}', Code.NOT_A_NUMBER),
    "-Infinity": ('{"noiseloom": 1, "mine": -Infinity}', Code.NOT_A_NUMBER),
    "a float beyond all floats": ('{"noiseloom": 1, "mine": 1e999}', Code.NOT_A_NUMBER),
    "an integer of 401 digits": (f'{{"noiseloom": 1, "mine": {"9" * 401}}}', Code.NOT_A_NUMBER),
    "an integer of 100000 digits": (f'{{"noiseloom": 1, "mine": {"9" * 100_000}}}', Code.NOT_A_NUMBER),
    "brackets a little too deep": (f'{{"noiseloom": 1, "mine": {"[" * DEEPEST}{"]" * DEEPEST}}}', Code.TOO_DEEP),
    "100000 opening brackets": ("[" * 100_000, Code.TOO_DEEP),
    "100000 closed brackets": ("[" * 100_000 + "]" * 100_000, Code.TOO_DEEP),
    "100000 nested objects": ('{"a":' * 100_000 + "1" + "}" * 100_000, Code.TOO_DEEP),
    "a list": ("[]", Code.NOT_A_GRAPH),
    "a number": ("1", Code.NOT_A_GRAPH),
    "null": ("null", Code.NOT_A_GRAPH),
    "an object of another program": ('{"nodes": []}', Code.NOT_A_GRAPH),
    "a newer format": ('{"noiseloom": 2, "nodes": 3}', Code.NEWER_FORMAT),
    "a format that never was": ('{"noiseloom": 0}', Code.BAD_SHAPE),
    "a format below zero": ('{"noiseloom": -1}', Code.BAD_SHAPE),
    "a format in quotes": ('{"noiseloom": "1"}', Code.BAD_SHAPE),
    "a format that is a truth value": ('{"noiseloom": true}', Code.BAD_SHAPE),
    "a format with a decimal point": ('{"noiseloom": 1.0}', Code.BAD_SHAPE),
    "nodes as a list": (saved(nodes=[]), Code.BAD_SHAPE),
    "a node that is text": (saved(nodes={"a": "noise"}), Code.BAD_SHAPE),
    "a node without a type": (saved(nodes={"a": {}}), Code.BAD_SHAPE),
    "a type that is a number": (saved(nodes={"a": {"type": 1}}), Code.BAD_SHAPE),
    "a version of zero": (saved(nodes={"a": {"type": "x", "version": 0}}), Code.BAD_SHAPE),
    "a version in quotes": (saved(nodes={"a": {"type": "x", "version": "1"}}), Code.BAD_SHAPE),
    "a wire that is a number": (saved(nodes={"a": {"type": "x", "inputs": {"y": 1}}}), Code.BAD_SHAPE),
    "a list of wires with a number": (saved(nodes={"a": {"type": "x", "inputs": {"y": ["b", 1]}}}), Code.BAD_SHAPE),
    "a subgraph of another type": (saved(nodes={"a": {"type": "x", "graph": {}}}), Code.BAD_SHAPE),
    "a type of graph without a graph": (saved(nodes={"a": {"type": "graph"}}), Code.BAD_SHAPE),
    "an interface with one target": (
        saved(nodes={"a": {"type": "graph", "graph": {"inputs": {"x": "n.p"}}}}),
        Code.BAD_SHAPE,
    ),
    "a name that is a number": (saved(name=1), Code.BAD_SHAPE),
    "a view that is a list": (saved(view=[]), Code.BAD_SHAPE),
    "an id with a capital": (saved(nodes={"A": {"type": "x"}}), Code.BAD_ID),
    "an id that is empty": (saved(nodes={"": {"type": "x"}}), Code.BAD_ID),
    "an id with a dot": (saved(nodes={"a.b": {"type": "x"}}), Code.BAD_ID),
    "an id with a line break behind it": (saved(nodes={"a\n": {"type": "x"}}), Code.BAD_ID),
    "an id in other letters": (saved(nodes={"ä": {"type": "x"}}), Code.BAD_ID),
    "a port with a blank": (saved(nodes={"a": {"type": "x", "inputs": {"my port": "b"}}}), Code.BAD_ID),
    "a parameter with a digit in front": (saved(nodes={"a": {"type": "x", "params": {"2d": 1}}}), Code.BAD_ID),
    "an interface with a slash": (
        saved(nodes={"a": {"type": "graph", "graph": {"outputs": {"x/y": "n"}}}}),
        Code.BAD_ID,
    ),
}
"""Texts that are no graph, and the code of the one fault that each has."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_no_graph_is_refused_with_one_fault(name: str) -> None:
    text, code = TEXTS[name]
    assert [fault.code for fault in refused(text)] == [code]


def test_a_mistake_in_json_is_told_with_line_and_column() -> None:
    (fault,) = refused('{\n  "noiseloom": 1,\n  "name": oops\n}')
    assert "line 3, column 11" in fault.message
    assert fault.given.startswith('"oops')


def test_a_byte_that_is_no_text_is_told_with_its_place() -> None:
    (fault,) = refused(b'{"noiseloom": 1\xff}')
    assert "byte 15 " in fault.message
    assert fault.mend


def test_a_byte_order_mark_is_no_fault() -> None:
    assert loads(b'\xef\xbb\xbf{"noiseloom": 1, "name": "a"}').name == "a"


def test_both_halves_of_a_surrogate_pair_are_one_character() -> None:
    assert loads(r'{"noiseloom": 1, "name": "\ud83d\ude00"}').name == "\N{GRINNING FACE}"


def test_brackets_may_be_as_deep_as_is_said() -> None:
    depth = DEEPEST - 1
    document = loads(f'{{"noiseloom": 1, "mine": {"[" * depth}{"]" * depth}}}')
    assert json.dumps((document.model_extra or {})["mine"]) == "[" * depth + "]" * depth


def test_a_value_at_the_deepest_level_is_no_bracket_more() -> None:
    depth = DEEPEST - 1
    assert parse_json("[" * DEEPEST + "1" + "]" * DEEPEST)
    assert parse_json('{"a":' * DEEPEST + "1" + "}" * DEEPEST)
    assert [
        fault.code for fault in refused(saved()[:-1] + ', "mine": ' + "[" * depth + '{"a": []}' + "]" * depth + "}")
    ] == [Code.TOO_DEEP]


def test_a_sound_text_of_the_newest_format_is_scanned_once_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    scan, current = reading._scan, reading._current

    def scanned(text: str, hook: Callable[[list[tuple[str, JsonValue]]], object]) -> object:
        calls.append("scan")
        return scan(text, hook)

    def validated(text: str, newest: int) -> Document | None:
        calls.append("validate")
        return current(text, newest)

    monkeypatch.setattr(reading, "_scan", scanned)
    monkeypatch.setattr(reading, "_current", validated)
    monkeypatch.setattr(reading, "_migrated", pytest.fail)
    loads(saved(nodes={"a": {"type": "x", "params": {"y": [1, {"z": 2.5}]}}}))
    assert calls == ["scan", "validate"]


def test_a_text_beyond_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_TEXT", 20)
    (fault,) = refused("not even JSON, but long")
    assert (fault.code, fault.given, fault.allowed) == (Code.TOO_LARGE, "23 bytes", "at most 20 bytes")


def test_a_key_that_stands_twice_is_named() -> None:
    (fault,) = refused('{"noiseloom": 1, "nodes": {"noise": {"type": "a"}, "noise": {"type": "b"}}}')
    assert '"noise"' in fault.message


def test_of_many_keys_the_one_that_stands_twice_is_found_in_one_pass() -> None:
    entries = ",".join(f'"k{index}": 0' for index in range(100_000))
    (fault,) = refused(f'{{"noiseloom": 1, {entries}, "k99999": 1}}')
    assert '"k99999"' in fault.message


def test_the_workflow_of_another_editor_is_called_so() -> None:
    workflow = {"3": {"class_type": "KSampler", "inputs": {"seed": 1}}}
    (fault,) = refused(json.dumps(workflow))
    assert fault.code == Code.NOT_A_GRAPH
    assert "a workflow of ComfyUI" in fault.message
    (with_places,) = refused(json.dumps({"last_node_id": 3, "nodes": [], "links": []}))
    assert with_places.message == fault.message


def test_all_shape_faults_are_told_at_once_each_at_its_place() -> None:
    nodes: dict[str, JsonValue] = {
        "n1": "text",
        "n2": "text",
        "n3": {"kind": "x"},
        "n4": {"type": "x", "inputs": {"y": [1, "b", 2]}},
        "n5": {"type": "x", "inputs": {"y": 5}, "params": []},
    }
    found = [fault.message.partition(": ")[0] for fault in refused(saved(nodes=nodes, name=3))]
    places = ["n1", "n2", "n3.type", "n4.inputs.y.0", "n4.inputs.y.2", "n5.inputs.y", "n5.params"]
    assert sorted(found) == sorted(["name", *(f"nodes.{place}" for place in places)])


def test_a_misspelt_type_key_is_recognised() -> None:
    (fault,) = refused(saved(nodes={"a": {"tpye": "noise.gaussian"}}))
    assert fault.mend == 'write "type" instead of "tpye"'


def test_all_bad_ids_are_told_at_once() -> None:
    nodes: dict[str, JsonValue] = {"A": {"type": "x", "params": {"B": 1}, "inputs": {"C": "d"}}}
    assert [fault.message[:3] for fault in refused(saved(nodes=nodes))] == ['"A"', '"C"', '"B"']


def test_a_bad_id_in_a_subgraph_is_told_with_its_path() -> None:
    inner: JsonValue = {"type": "graph", "graph": {"nodes": {"B": {"type": "x"}}}}
    (fault,) = refused(saved(nodes={"a": {"type": "graph", "graph": {"nodes": {"b": inner}}}}))
    assert (fault.code, fault.node) == (Code.BAD_ID, "a/b")


def test_strict_json_alone_gives_the_value() -> None:
    assert parse_json('[1, 1.0, "1", true, null, -0.0]') == [1, 1.0, "1", True, None, -0.0]


@given(strategies.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,2})?", fullmatch=True))
def test_a_number_of_a_document_is_the_number_that_the_text_says(digits: str) -> None:
    document = loads(f'{{"noiseloom": 1, "nodes": {{"a": {{"type": "x", "params": {{"p": {digits}}}}}}}}}')
    assert repr(document.nodes["a"].params["p"]) == repr(parse_json(digits))


def _first_to_second(raw: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Format 1 says "nodes" as a mapping, format 2 as a list with ids."""
    nodes = raw["nodes"]
    assert isinstance(nodes, list)
    return {**raw, "nodes": {str(entry["id"]): {"type": entry["type"]} for entry in nodes if isinstance(entry, dict)}}


def _second_to_third(raw: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {**raw, "name": f"{raw.get('title')}"}


def test_an_old_format_is_migrated_step_by_step() -> None:
    text = json.dumps({"noiseloom": 1, "title": "old", "nodes": [{"id": "a", "type": "noise.gaussian"}]})
    document = loads(text, migrations={1: _first_to_second, 2: _second_to_third})
    assert (document.noiseloom, document.name, document.nodes["a"].type) == (3, "old", "noise.gaussian")


def test_a_chain_of_migrations_begins_at_the_format_of_the_file() -> None:
    text = json.dumps({"noiseloom": 2, "title": "newer", "nodes": {"a": {"type": "x"}}})
    assert loads(text, migrations={1: _first_to_second, 2: _second_to_third}).name == "newer"


def test_with_migrations_the_newest_format_is_one_beyond_the_last() -> None:
    with pytest.raises(GraphError) as caught:
        loads('{"noiseloom": 4}', migrations={1: _first_to_second, 2: _second_to_third})
    assert [(fault.code, fault.allowed) for fault in caught.value.faults] == [(Code.NEWER_FORMAT, "up to 3")]
