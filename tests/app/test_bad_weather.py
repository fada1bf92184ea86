"""What a person can break: one message, status 2, nothing written over."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from graphs.home import assets_folder
from tests.app.conftest import Command, Edit

WEIGHTS = (assets_folder() / "weights" / "digits.safetensors").read_bytes()
HEADER = int.from_bytes(WEIGHTS[:8], "little")


def with_header(change: Callable[[str], str]) -> bytes:
    """The weights under another header."""
    header = change(WEIGHTS[8 : 8 + HEADER].decode()).encode()
    return len(header).to_bytes(8, "little") + header + WEIGHTS[8 + HEADER :]


BROKEN = {
    "truncated": (WEIGHTS[:-1000], "truncated|shorter|end|bytes"),
    "cut in the header": (WEIGHTS[:1000], "header"),
    "empty": (b"", "empty|short"),
    "pickled": (pickle.dumps({"weight": [1.0]}), "pickle"),
    "zipped pickle": (b"PK\x03\x04" + WEIGHTS[:100], "pickle"),
    "wrong shapes": (with_header(lambda text: text.replace("[12,128]", "[128,12]")), "shape"),
    "asking for a terabyte": (with_header(lambda text: text.replace("[64,96]", "[1048576,1048576]")), "configuration"),
    "asking for deep layers": (
        with_header(lambda text: text.replace('\\"text_layers\\":2', '\\"text_layers\\":200000000')), "configuration",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_weights_are_one_message_and_status_2(noiseloom: Command, name: str) -> None:
    content, word = BROKEN[name]
    Path("broken.safetensors").write_bytes(content)
    answer = noiseloom("run", "digits", "--set", "network.weights=broken.safetensors")
    assert answer.status == 2
    message = next(line for line in answer.err.splitlines() if line.startswith("network failed"))
    assert any(part in answer.err for part in word.split("|")), answer.err
    assert "broken.safetensors" in message
    assert "Traceback" not in answer.err
    assert not list(Path("out").glob("*.png"))


BAD_TEXTS = {
    "not json": ("{", "not JSON"),
    "duplicate key": ('{"noiseloom": 1, "name": "a", "name": "b"}', "stands twice"),
    "newer format": ('{"noiseloom": 2, "nodes": {}}', "newer Noiseloom"),
    "another program's": ('{"3": {"class_type": "KSampler", "inputs": {}}}', "a workflow of ComfyUI"),
    "empty": ("", "not JSON"),
    "nothing in it": ('{"noiseloom": 1}', "nothing to run"),
}


@pytest.mark.parametrize("name", BAD_TEXTS)
@pytest.mark.parametrize("command", ["run", "check"])
def test_bad_files_are_one_message_and_status_2(noiseloom: Command, name: str, command: str) -> None:
    text, words = BAD_TEXTS[name]
    Path("graph.json").write_text(text)
    answer = noiseloom(command, "graph.json")
    assert answer.status == 2
    assert words in answer.out + answer.err
    assert Path("graph.json").read_text() == text
    assert not Path("out").exists()


EDITS: dict[str, tuple[Edit, str]] = {
    "unknown type": (lambda nodes: nodes["heun"].update(type="solver.huen"), "did you mean 'solver.heun'?"),
    "misspelt parameter": (lambda nodes: nodes["cfg"].update(params={"guidance_scal": 2}), "'guidance_scale'?"),
    "out of range": (lambda nodes: nodes["noise"].update(params={"count": 0}), "from 1 to 65536"),
    "wrong wire": (lambda nodes: nodes["pictures"].update(inputs={"image": "sample"}), "put decoder.pixels between"),
    "unknown node": (lambda nodes: nodes["pixels"].update(inputs={"sample": "smaple"}), "did you mean 'sample'?"),
    "missing wire": (lambda nodes: nodes["cfg"].update(inputs={"model": "network"}), "wire prompt to it"),
    "cycle": (lambda nodes: nodes["noise"].update(inputs={"like": "sample"}), "sample → noise → sample"),
    "missing file": (lambda nodes: nodes["network"].update(params={"weights": {"file": "no.safetensors"}}), "no such"),
    "file outside": (
        lambda nodes: nodes["network"].update(params={"weights": {"file": "../x.safetensors"}}), "--allow-read",
    ),
    "sweep": (lambda nodes: nodes["noise"].update(params={"seed": {"sweep": []}}), "give a list of at least one value"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_every_slip_in_a_graph_says_how_to_mend_it(
    noiseloom: Command, edited: Callable[[Edit], str], name: str
) -> None:
    edit, words = EDITS[name]
    answer = noiseloom("run", edited(edit))
    assert answer.status == 2
    assert words in answer.err
    assert "Traceback" not in answer.err


def test_ctrl_c_ends_the_run_with_status_130_and_a_report(
    noiseloom: Command, edited: Callable[[Edit], str], small: tuple[str, ...]
) -> None:
    Path("mine").mkdir()
    Path("mine/stop.py").write_text(
        "import os, signal\n"
        "from graphs import Progress, Steps, node\n"
        "from nodes.contracts.media import Image\n\n\n"
        "@node(output=True)\n"
        "def interrupt(image: Image) -> Steps[Image]:\n"
        '    """What a person does with Ctrl-C."""\n'
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    yield Progress(1, 2)\n"
        "    return image\n"
    )

    def stop(nodes: dict[str, dict[str, object]]) -> None:
        nodes["a_stop"] = {"type": "mine.stop.interrupt", "inputs": {"image": "pixels"}}

    answer = noiseloom("run", edited(stop), "--nodes", "mine", *small)
    assert answer.status == 130
    report = json.loads(Path("out/run.json").read_text())
    assert report["status"] == "interrupted"
    assert report["nodes"]["sample"]["state"] == "ran"
