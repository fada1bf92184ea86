"""`noiseloom store`: how much is kept, why something ran, what may go; and results used again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.conftest import Command

Small = tuple[str, ...]


def states(noiseloom: Command, *arguments: str) -> dict[str, str]:
    """What a plan says of each node."""
    plan = json.loads(noiseloom("run", *arguments, "--plan", "--json").out)["nodes"]
    return {node: found["state"] for node, found in plan.items()}


def test_a_second_run_computes_nothing_and_writes_the_same(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small, "--out", "first")
    report = json.loads(noiseloom("run", "digits", *small, "--out", "second", "--json").out)
    assert {node["state"] for node in report["nodes"].values()} == {"cached"}
    assert report["nfe"] == 0
    names = sorted(path.name for path in Path("first").glob("*.png"))
    assert names
    assert all(Path("first", name).read_bytes() == Path("second", name).read_bytes() for name in names)


def test_a_plan_says_what_a_change_makes_run_and_runs_nothing(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small)
    assert set(states(noiseloom, "digits", *small).values()) == {"cached"}
    answer = noiseloom("run", "digits", *small, "--set", "cfg.guidance_scale=3", "--plan")
    assert "guidance_scale changed" in answer.out
    found = states(noiseloom, "digits", *small, "--set", "cfg.guidance_scale=3")
    assert [node for node, state in found.items() if state == "run"] == ["cfg", "sample"]
    assert {node for node, state in found.items() if state == "depends"} == {"pixels", "pictures", "sheet"}
    assert not Path("out", "run-2.json").exists()


def test_only_one_node_is_run_where_a_person_says_so(noiseloom: Command, small: Small) -> None:
    report = json.loads(noiseloom("run", "digits", *small, "--only", "prompt", "--json").out)
    assert set(report["nodes"]) == {"network", "prompt"}
    assert [Path(output["path"]).suffix for output in report["outputs"]] == [".safetensors"]
    answer = noiseloom("run", "digits", "--only", "promt")
    assert answer.status == 2
    assert "did you mean 'prompt'?" in answer.err


def test_a_device_that_is_not_there_is_refused(noiseloom: Command) -> None:
    for device in ("gpu", "cuda:9"):
        answer = noiseloom("run", "digits", "--device", device)
        assert answer.status == 2
        assert "there is no such device" in answer.err
        assert not Path("out").exists()


def test_size_why_verify_and_clear(noiseloom: Command, small: Small) -> None:
    assert noiseloom("store").status == 0
    noiseloom("run", "digits", *small)
    noiseloom("run", "digits", *small, "--set", "noise.seed=8")
    assert json.loads(noiseloom("store", "--json").out)["results"].startswith("16 of")
    told = noiseloom("store", "why", "noise").out
    assert "seed changed" in told
    assert "seed = 8" in told
    assert "its result: kept" in told
    assert "did you mean 'noise'?" in noiseloom("store", "why", "nois").err
    assert noiseloom("store", "verify").out.startswith("16 results are sound")
    assert noiseloom("store", "clear").out == "removed: 16 results\n"
    assert "its result was dropped" in noiseloom("run", "digits", *small, "--plan").out
    assert "run" in set(states(noiseloom, "digits", *small).values())


def test_a_pinned_result_outlives_a_clear(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small)
    assert noiseloom("store", "pin", "sample").status == 0
    assert noiseloom("store", "clear").out == "removed: 8 results; kept, for they are pinned: 1\n"
    noiseloom("run", "digits", *small, "--only", "prompt", "--only", "noise", "--only", "karras")
    assert states(noiseloom, "digits", *small)["sample"] == "cached"
    assert noiseloom("store", "unpin", "smple").status == 2
    assert noiseloom("store", "unpin", "sample").status == 0
    noiseloom("store", "clear")
    assert noiseloom("store", "pin", "sample").status == 2


def test_a_store_of_a_newer_version_is_left_alone_and_said(
    noiseloom: Command, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphs.store.disk.FORMAT", 2)
    noiseloom("run", "digits", *small, "--out", "first")
    monkeypatch.setattr("graphs.store.disk.FORMAT", 1)
    answer = noiseloom("run", "digits", *small, "--out", "second")
    assert answer.status == 0
    assert "written by a newer Noiseloom" in answer.err
    assert Path("first/sheet.png").read_bytes() == Path("second/sheet.png").read_bytes()
    assert "clear --all" in noiseloom("store").err
    assert noiseloom("store", "clear", "--all").status == 0
    assert noiseloom("store").status == 0


def test_what_is_pinned_is_what_a_person_was_given_last_though_nothing_ran(noiseloom: Command, small: Small) -> None:
    for seed in ("7", "8", "7"):
        report = json.loads(noiseloom("run", "digits", *small, "--set", f"noise.seed={seed}", "--json").out)
    key = report["nodes"]["sheet"]["key"]
    assert report["nodes"]["sheet"]["state"] == "cached"
    assert key[:12] in noiseloom("store", "pin", "sheet").out
    assert "served from the store" in noiseloom("store", "why", "sheet").out
    noiseloom("store", "clear")
    kept = json.loads(noiseloom("run", "digits", *small, "--set", "noise.seed=7", "--plan", "--json").out)
    assert json.loads(noiseloom("store", "--json").out)["pinned"] == "1 results of sheet"
    assert kept["nodes"]["sheet"]["state"] in ("cached", "depends")


def test_all_cells_of_a_sweep_are_pinned(noiseloom: Command, small: Small) -> None:
    swept = 'noise.seed={"sweep": {"from": 1, "to": 3, "count": 3}}'
    noiseloom("run", "digits", *small, "--set", swept, "--only", "noise")
    told = noiseloom("store", "pin", "noise").out.splitlines()
    assert [line.split()[1] for line in sorted(told)] == [f"noise[seed={seed}]" for seed in (1, 2, 3)]


def test_a_text_is_swept_as_any_other_value(noiseloom: Command, small: Small) -> None:
    swept = 'prompt.text={"sweep": ["one", "two\\nthree"]}'
    states = json.loads(noiseloom("run", "digits", *small, "--set", swept, "--plan", "--json").out)["nodes"]
    assert [name for name in states if name.startswith("prompt")] == ["prompt[text#1]", "prompt[text#2]"]


def test_clearing_all_leaves_what_is_not_ours(noiseloom: Command, small: Small, tmp_path: Path) -> None:
    noiseloom("run", "digits", *small, "--only", "noise")
    precious = tmp_path / "home" / "store" / "precious.txt"
    precious.write_text("mine")
    assert noiseloom("store", "clear", "--all").status == 0
    assert [path.name for path in precious.parent.iterdir()] == ["precious.txt"]
