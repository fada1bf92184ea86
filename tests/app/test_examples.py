"""The gallery: every example has a name and no fault, and runs."""

from __future__ import annotations

import json

import pytest

from graphs.home import examples_folder
from tests.app.conftest import Command

EXAMPLES = sorted(path.stem for path in examples_folder().glob("*.json"))
FEWER = {"count": 2, "num_inference_steps": 3, "reference_steps": 3, "substeps": 3}
"""What makes a run short; the way of the data stays the same."""


def fewer(name: str) -> list[str]:
    """The options that make an example short; a sweep over what is made small ends in one value."""
    nodes = json.loads((examples_folder() / f"{name}.json").read_text(encoding="utf-8"))["nodes"]
    return [
        option
        for place, node in nodes.items()
        for parameter, value in node.get("params", {}).items()
        if parameter in FEWER and (isinstance(value, dict) or value > FEWER[parameter])
        for option in ("--set", f"{place}.{parameter}={FEWER[parameter]}")
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_a_name_and_a_note_and_no_fault_and_runs(noiseloom: Command, name: str) -> None:
    document = json.loads((examples_folder() / f"{name}.json").read_text(encoding="utf-8"))
    assert document["name"]
    assert document["view"]["notes"][0]["text"], "it says what it shows"
    checked = noiseloom("check", name, "--json")
    assert json.loads(checked.out)["faults"] == []
    answer = noiseloom("run", name, *fewer(name), "--json")
    assert answer.status == 0
    assert json.loads(answer.out)["outputs"]
