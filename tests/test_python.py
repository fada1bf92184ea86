"""Graphs from Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphs import load, run
from graphs.faults import GraphError
from graphs.home import examples_folder
from graphs.python import RunError
from nodes.contracts.media import Image


def write(folder: Path, **changes: dict[str, object]) -> Path:
    """The digits graph with the parameters of some nodes changed."""
    document = json.loads((examples_folder() / "digits.json").read_text())
    for name, params in {"noise": {"count": 2}, "karras": {"num_inference_steps": 2}, **changes}.items():
        document["nodes"][name]["params"] = params
    path = folder / "graph.json"
    path.write_text(json.dumps(document))
    return path


def test_run_gives_the_outputs_by_node_and_port(tmp_path: Path) -> None:
    results = run(load(write(tmp_path)))
    assert set(results) == {"pictures", "sheet"}
    pictures = results["pictures"]["out"]
    assert isinstance(pictures, Image)
    assert pictures.pixels.shape == (2, 128, 128, 1)


def test_faults_are_raised_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(GraphError) as caught:
        run(write(tmp_path, cfg={"guidance_scale": -1}, noise={"count": 0}))
    assert [fault.place for fault in caught.value.faults] == ["cfg.guidance_scale", "noise.count"]


def test_a_node_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"prompt: .*sevn"):
        run(write(tmp_path, prompt={"text": "sevn"}))
