"""`--set`: a word on the command line becomes the literal that the parameter wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.setting import set_values
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.document.model import Node
from graphs.errors import InputError
from graphs.opening import Opened, open_graph


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """What comes with Noiseloom."""
    return read_catalogue(plugins=False)


def changed(catalogue: Catalogue, node: str, *assignments: str) -> Node:
    """A node of the digits graph after `--set`."""
    return set_values(open_graph("digits", catalogue), list(assignments), catalogue).document.nodes[node]


@pytest.mark.parametrize(
    ("node", "assignment", "name", "literal"),
    [
        ("cfg", "cfg.guidance_scale=3", "guidance_scale", 3),
        ("cfg", "cfg.scale=2.5", "guidance_scale", 2.5),
        ("cfg", 'cfg.scale={"curve": [[1, 2]]}', "guidance_scale", {"curve": [[1, 2]]}),
        ("prompt", "prompt.text=7", "text", "7"),
        ("prompt", "prompt.text=a=b", "text", "a=b"),
        ("karras", "karras.steps=4", "num_inference_steps", 4),
        ("network", "network.weights=asset:x.safetensors", "weights", "asset:x.safetensors"),
        ("cfg", "cfg.scale=much", "guidance_scale", "much"),
    ],
)
def test_words_become_literals(catalogue: Catalogue, node: str, assignment: str, name: str, literal: object) -> None:
    assert changed(catalogue, node, assignment).params[name] == literal


def test_the_graph_itself_is_unchanged(catalogue: Catalogue) -> None:
    opened = open_graph("digits", catalogue)
    set_values(opened, ["cfg.scale=9"], catalogue)
    assert opened.document.nodes["cfg"].params["guidance_scale"] == 2.5


@pytest.mark.parametrize("text", ["cfg", "cfg.scale", "scale=3", "=", "a.b", ".=1"])
def test_what_sets_nothing_is_refused(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(InputError):
        set_values(open_graph("digits", catalogue), [text], catalogue)


def test_a_value_takes_the_place_of_a_wire(catalogue: Catalogue) -> None:
    opened = open_graph("digits", catalogue)
    node = opened.document.nodes["noise"]
    wired = node.model_copy(update={"inputs": {**node.inputs, "seed": "number"}, "params": {}})
    document = opened.document.model_copy(update={"nodes": {**opened.document.nodes, "noise": wired}})
    result = set_values(Opened(document, opened.files), ["noise.seed=5"], catalogue).document.nodes["noise"]
    assert (dict(result.inputs), dict(result.params)) == ({"like": "network"}, {"seed": 5})


def test_a_word_that_names_a_model_of_the_library_stays_its_name(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "library" / "loras").mkdir(parents=True)
    (tmp_path / "library" / "loras" / "x.safetensors").write_bytes(b"")
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)
    named = "network.weights=loras/x.safetensors"
    assert changed(catalogue, "network", named).params["weights"] == {"file": "loras/x.safetensors"}
    (tmp_path / "loras").mkdir()
    (tmp_path / "loras" / "x.safetensors").write_bytes(b"")
    here = {"file": str(tmp_path / "loras" / "x.safetensors")}
    assert changed(catalogue, "network", named).params["weights"] == here
