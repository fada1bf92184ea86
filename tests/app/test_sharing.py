"""Packing from the command line, and running what was packed elsewhere."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphs import load
from graphs.home import assets_folder
from tests.app.conftest import Command, Edit
from tests.app.test_plugins import use_fade, write_fade
from tests.graphs.packs import contents


def test_a_pack_runs_in_another_home_as_the_graph_does(
    noiseloom: Command, small: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert noiseloom("pack", "digits", *small).out == "digits.zip\n"
    assert "asset:weights/digits.safetensors" in contents(Path("digits.zip"))["pack.json"].decode(), "a default"
    first = noiseloom("run", "digits", *small)
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path / "another"))
    assert noiseloom("check", "digits.zip").out == "digits.zip: no faults\n"
    assert load("digits.zip").opened.document.name == "Handwritten digits"
    second = noiseloom("run", "digits.zip", "--out", "shared")
    assert first.status == second.status == 0
    assert Path("out/sheet.png").read_bytes() == Path("shared/sheet.png").read_bytes()


def test_a_pack_carries_the_files_that_the_settings_name(noiseloom: Command, edited: Callable[[Edit], str]) -> None:
    weights = Path("mine.safetensors")
    weights.write_bytes(b"not much")
    answer = noiseloom("pack", edited(lambda _: None), "--set", f"network.weights={weights}", "--out", "mine.zip")
    assert (answer.status, answer.out) == (0, "mine.zip\n")
    answer = noiseloom("run", "mine.zip")
    assert "network failed" in answer.err, "the file is found, and no network"
    assert "files/mine.safetensors" in answer.err


def test_a_pack_says_which_folder_of_nodes_it_lacks(noiseloom: Command, edited: Callable[[Edit], str]) -> None:
    write_fade()
    assert noiseloom("pack", edited(use_fade), "--nodes", "mine").status == 0
    answer = noiseloom("check", "graph.zip")
    assert answer.status == 2
    assert "note: mine.picture.fade: from a folder of nodes called 'mine', which is not here" in answer.out
    assert noiseloom("check", "graph.zip", "--nodes", "mine").out == "graph.zip: no faults\n"
    write_fade(Path("mine/picture.py").read_text() + "# changed\n")
    answer = noiseloom("run", "graph.zip", "--nodes", "mine", "--set", "noise.count=0")
    assert "note: mine.picture.fade: the code here is not that of a folder of nodes called 'mine'" in answer.err


def test_nothing_is_overwritten_and_a_missing_file_is_told(noiseloom: Command, edited: Callable[[Edit], str]) -> None:
    noiseloom("pack", "digits")
    answer = noiseloom("pack", "digits")
    assert answer.status == 2
    assert "already" in answer.err
    path = edited(lambda nodes: nodes["network"].update(params={"weights": {"file": "gone.safetensors"}}))
    answer = noiseloom("pack", path)
    assert answer.status == 2
    assert "network.weights: there is no such file" in answer.err
    assert not Path("graph.zip").exists()


def test_a_zip_that_is_no_pack_is_refused_as_json_too(noiseloom: Command) -> None:
    Path("no.zip").write_bytes(b"no")
    answer = noiseloom("check", "no.zip", "--json")
    assert answer.status == 2
    assert "this is no pack" in json.loads(answer.out)["faults"][0]["message"]


def without_graph(png: bytes) -> bytes:
    """A picture without the graph that a run puts in, which stands behind its header."""
    length = int.from_bytes(png[33:37], "big")
    return png[:33] + png[33 + 12 + length :] if png[37:41] == b"iTXt" else png


def test_an_exported_script_saves_the_pictures_of_the_run(
    noiseloom: Command, small: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert noiseloom("run", "digits", *small).status == 0
    assert noiseloom("export", "digits", *small, "--out", "script.py").out == "script.py\n"
    monkeypatch.setattr(sys, "argv", ["script.py", "again"])
    runpy.run_path("script.py", run_name="__main__")
    pictures = sorted(path.name for path in Path("out").glob("*.png"))
    assert (
        pictures
        == sorted(path.name for path in Path("again").iterdir())
        == [
            "pictures-00.png",
            "pictures-01.png",
            "sheet.png",
        ]
    )
    for name in pictures:
        run, again = Path("out", name).read_bytes(), Path("again", name).read_bytes()
        assert without_graph(run) == again
        assert run != again


def test_a_script_is_printed_and_never_written_over_a_file(noiseloom: Command) -> None:
    printed = noiseloom("export", "digits").out
    assert printed.startswith('"""The graph “Handwritten digits”')
    assert printed.endswith('save("sheet", sheet)\n')
    assert max(map(len, printed.splitlines())) <= 120
    nodes = printed.split("\n\n")[-2].splitlines()
    assert len(nodes) == 10, "a line a node"
    Path("script.py").write_text("mine")
    answer = noiseloom("export", "digits", "--out", "script.py")
    assert (answer.status, Path("script.py").read_text()) == (2, "mine")
    assert "already" in answer.err
    assert noiseloom("export", "digits", "--out", "nowhere/script.py").status == 2


def test_a_pack_is_exported_and_its_script_finds_its_files(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mine.safetensors").write_bytes((assets_folder() / "weights" / "digits.safetensors").read_bytes())
    path = edited(lambda nodes: nodes["network"].update(params={"weights": {"file": "mine.safetensors"}}))
    assert noiseloom("pack", path, *small).status == 0
    Path("mine.safetensors").unlink()
    assert noiseloom("export", "graph.zip", "--out", "script.py").status == 0
    monkeypatch.setattr(sys, "argv", ["script.py"])
    runpy.run_path("script.py", run_name="__main__")
    assert Path("out/sheet.png").is_file()


def test_a_graph_with_faults_is_not_exported(noiseloom: Command) -> None:
    answer = noiseloom("export", "digits", "--set", "noise.count=0", "--set", "cfg.guidance_scale=x")
    assert (answer.status, answer.out) == (2, "")
    assert "noise.count" in answer.err
    assert "cfg.guidance_scale" in answer.err
