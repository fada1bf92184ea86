"""Faults of values: each place, each value of a sweep, and the files that they name."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.faults import Code
from tests.graphs.checking.broken import knobs
from tests.graphs.toyshop import codes, graph, only, toy


def test_a_fault_says_what_was_given_and_what_is_allowed() -> None:
    fault = only(graph(**knobs(share=2)))
    assert (fault.place, fault.given, fault.allowed) == ("amount.share", "2", "a number from 0 to 1")
    assert fault.mend == "the nearest allowed value is 1"


def test_a_misspelt_choice_or_parameter_is_answered_with_the_nearest() -> None:
    assert only(graph(**knobs(mode="fats"))).mend == "did you mean 'fast'?"
    assert only(graph(**knobs(mdoe="fast"))).mend == "did you mean 'mode'?"


def test_a_port_among_the_parameters_is_told_to_be_wired() -> None:
    fault = only(graph(amount=toy("making.amount"), sum=toy("mixing.add", left="amount", params={"right": 3})))
    assert (fault.code, fault.mend) == (Code.UNKNOWN_PARAMETER, "'right' is an input port: wire it in \"inputs\"")


@pytest.mark.parametrize(
    ("name", "literal", "found"),
    [
        ("limit", None, []),
        ("limit", 3, []),
        ("picture", None, []),
        ("seed", None, [Code.BAD_SEED]),
        ("level", "inf", []),
        ("gain", "inf", [Code.BAD_VALUE]),
        ("size", "8", [Code.NOT_A_CHOICE]),
        ("size", True, [Code.NOT_A_CHOICE]),
        ("count", 1.0, [Code.BAD_VALUE]),
        ("count", 10**399, [Code.OUT_OF_RANGE, Code.TOO_MUCH_WORK]),
        ("seed", {"sweep": [1, 2, 3]}, []),
        ("seed", {"sweep": [1, -2, "3"]}, [Code.BAD_SEED]),
        ("seed", {"sweep": {"from": 0, "to": 9, "count": 3}}, []),
        ("count", {"sweep": {"from": 1, "to": 9, "count": 3}}, []),
        ("gain", {"sweep": [1, {"curve": [[1, 2]]}]}, []),
        ("gain", {"sweep": [1, {"sweep": [1]}]}, [Code.BAD_CURVE]),
        ("seed", {"sweep": {"from": -1e308, "to": 1e308, "count": 3}}, [Code.BAD_SEED]),
        ("count", {"sweep": {"from": -(10**308), "to": 10**308, "count": 3}}, [Code.OUT_OF_RANGE, Code.TOO_MUCH_WORK]),
    ],
)
def test_literals_at_the_edge(name: str, literal: JsonValue, found: list[Code]) -> None:
    assert codes(graph(**knobs(**{name: literal}))) == found


def test_an_other_spelling_is_not_known_before_the_upgrade() -> None:
    assert codes(graph(**knobs(times=3))) == [Code.UNKNOWN_PARAMETER]


def test_a_file_beside_the_graph_is_none_and_a_misspelt_one_a_fault(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"")
    fault = only(graph(**knobs(picture={"file": "cta.png"})), tmp_path)
    assert (fault.code, fault.mend, fault.port) == (Code.FILE_MISSING, "did you mean 'cat.png'?", "picture")
