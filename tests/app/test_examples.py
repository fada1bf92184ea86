"""The gallery: every example has a name and no fault, and runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from graphs.home import examples_folder
from tests.app.conftest import Command
from tests.nodes.pretrained.tiny import stable_diffusion

NEEDS_A_CHECKPOINT = "stable-diffusion"
EXAMPLES = sorted(path.stem for path in examples_folder().glob("*.json") if path.stem != NEEDS_A_CHECKPOINT)
FEWER = {"count": 2, "num_inference_steps": 3, "reference_steps": 3, "substeps": 3}
"""What makes a run short; the way of the data stays the same."""
AT_LEAST = {"uncertainty": {"count": 4}}
"""An ensemble of a row is of two samples or more, and there are two rows."""


def fewer(name: str) -> list[str]:
    """The options that make an example short; a sweep over what is made small ends in one value."""
    nodes = json.loads((examples_folder() / f"{name}.json").read_text(encoding="utf-8"))["nodes"]
    short = {**FEWER, **AT_LEAST.get(name, {})}
    return [
        option
        for place, node in nodes.items()
        for parameter, value in node.get("params", {}).items()
        if parameter in short and (isinstance(value, dict) or value > short[parameter])
        for option in ("--set", f"{place}.{parameter}={short[parameter]}")
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


def test_the_example_that_needs_a_checkpoint_says_how_to_get_it(
    noiseloom: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    answer = noiseloom("run", NEEDS_A_CHECKPOINT)
    assert answer.status == 2
    assert "noiseloom models fetch stable-diffusion-v1-5/stable-diffusion-v1-5" in answer.err


def test_the_example_that_needs_a_checkpoint_runs_with_one(noiseloom: Command, tmp_path: Path) -> None:
    stable_diffusion(tmp_path).save_pretrained(tmp_path / "checkpoint")
    settings = [f"checkpoint.source={tmp_path / 'checkpoint'}", "noise.width=32", "noise.height=64"]
    options = [part for setting in (*settings, "levels.num_inference_steps=3") for part in ("--set", setting)]
    answer = noiseloom("run", NEEDS_A_CHECKPOINT, *options, "--allow-read", str(tmp_path), "--json", "--out", "out")
    assert answer.status == 0, answer.err
    (output,) = json.loads(answer.out)["outputs"]
    with Image.open(output["path"]) as picture:
        assert picture.size == (32, 64)
