"""`noiseloom run`: pictures that carry their graph, reports, and nothing overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from graphs.home import examples_folder
from graphs.opening import example_names
from tests.app.conftest import Command

Small = tuple[str, ...]


def test_running_digits_writes_pictures_and_a_report(noiseloom: Command, small: Small) -> None:
    answer = noiseloom("run", "digits", *small, "--json")
    report = json.loads(answer.out)
    assert answer.status == 0
    assert report["status"] == "done"
    assert report["nfe"] == report["nodes"]["sample"]["nfe"] == 2 * 2 * (2 * 3 - 1)
    assert {node["state"] for node in report["nodes"].values()} == {"ran"}
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "pictures-00.png", "pictures-01.png", "run.json", "sheet.png",
    ]  # fmt: skip
    assert [entry["path"] for entry in report["outputs"]] == [
        "out/pictures-00.png",
        "out/pictures-01.png",
        "out/sheet.png",
    ]
    assert json.loads(Path("out/run.json").read_text()) == report
    with Image.open("out/pictures-01.png") as picture:
        assert picture.size == (128, 128)


@pytest.mark.parametrize("name", [name for name in example_names() if name != "stable-diffusion"])
def test_every_example_that_needs_no_checkpoint_has_no_faults(noiseloom: Command, name: str) -> None:
    answer = noiseloom("check", name)
    assert (answer.status, answer.out.strip()) == (0, f"{name}: no faults")


def test_a_second_run_overwrites_nothing_and_gives_the_same_bytes(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small)
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    noiseloom("run", "digits", *small)
    after = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"pictures-00-2.png", "pictures-01-2.png", "run-2.json", "sheet-2.png"}
    assert after["sheet-2.png"] == after["sheet.png"]


def test_a_picture_runs_as_the_graph_that_made_it(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small, "--out", "first")
    answer = noiseloom("run", "first/pictures-01.png", "--out", "again")
    assert answer.status == 0
    assert Path("again/sheet.png").read_bytes() == Path("first/sheet.png").read_bytes()


def test_a_value_set_for_one_run_changes_the_picture_and_is_in_its_graph(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small, "--out", "plain")
    noiseloom("run", "digits", *small, "--set", "cfg.cfg_scale=1", "--out", "other")
    assert Path("plain/pictures-00.png").read_bytes() != Path("other/pictures-00.png").read_bytes()
    with Image.open("other/pictures-00.png") as picture:
        graph = json.loads(picture.info["noiseloom"])
    assert graph["nodes"]["cfg"]["params"]["guidance_scale"] == 1


def test_a_person_is_told_the_right_name(noiseloom: Command) -> None:
    answer = noiseloom("run", "digits", "--set", "cfg.guidence=3")
    assert answer.status == 2
    assert "did you mean 'guidance_scale'?" in answer.err
    assert not Path("out").exists()
    assert "did you mean 'cfg'?" in noiseloom("run", "digits", "--set", "cgf.guidance_scale=3").err
    assert "did you mean 'cfg.guidance_scale'?" in noiseloom("run", "digits", "--set", "noise.guidance_scale=3").err
    assert "did you mean 'digits'?" in noiseloom("run", "digit").err


def test_a_word_that_the_network_does_not_know_is_refused_with_the_nearest(noiseloom: Command, small: Small) -> None:
    answer = noiseloom("run", "digits", *small, "--set", "prompt.text=sevn", "--json")
    assert answer.status == 2
    assert "did you mean 'seven'?" in answer.err
    report = json.loads(answer.out)
    assert report["status"] == "refused"
    assert report["nodes"]["prompt"]["state"] == "failed"
    assert report["nodes"]["sheet"] == {"state": "skipped", "because": "prompt"}
    assert report["nodes"]["noise"]["state"] == "ran"


def test_refused_graphs_answer_json_with_every_fault(noiseloom: Command) -> None:
    answer = noiseloom("run", "digits", "--set", "cfg.guidance_scale=-1", "--set", "noise.seed=-1", "--json")
    assert answer.status == 2
    assert [error["code"] for error in json.loads(answer.out)["errors"]] == ["out_of_range", "bad_seed"]


def test_a_picture_of_a_graph_with_promoted_parameters_runs_again(noiseloom: Command, small: Small) -> None:
    nodes = json.loads((examples_folder() / "digits.json").read_text())["nodes"]
    inner = {
        "nodes": {"prompt": {"type": "cond.prompt"}},
        "inputs": {"model": ["prompt.model"], "text": ["prompt.text"]},
    }
    inner["outputs"] = {"cond": "prompt"}
    nodes["prompt"] = {"type": "graph", "graph": inner, "inputs": {"model": "network"}, "params": {"text": "seven"}}
    Path("sub.json").write_text(json.dumps({"noiseloom": 1, "nodes": nodes}))
    assert noiseloom("run", "sub.json", *small, "--out", "first").status == 0
    assert noiseloom("run", "first/sheet.png", "--out", "again").status == 0
    assert Path("again/sheet.png").read_bytes() == Path("first/sheet.png").read_bytes()


def test_one_number_for_all_results_of_a_run(noiseloom: Command, small: Small) -> None:
    noiseloom("run", "digits", *small)
    noiseloom("run", "digits", *small, "--set", "noise.count=3")
    assert {path.name for path in Path("out").glob("*-2.*")} == {
        "pictures-00-2.png", "pictures-01-2.png", "pictures-02-2.png", "run-2.json", "sheet-2.png",
    }  # fmt: skip


def test_a_misspelt_key_is_a_fault(noiseloom: Command) -> None:
    document = json.loads((examples_folder() / "digits.json").read_text())
    document["nodes"]["noise"]["parms"] = document["nodes"]["noise"].pop("params")
    Path("slip.json").write_text(json.dumps(document))
    assert 'did you mean "params"?' in noiseloom("check", "slip.json").out


def test_the_folder_for_results_may_be_impossible(noiseloom: Command, small: Small) -> None:
    Path("file").write_text("in the way")
    answer = noiseloom("run", "digits", *small, "--out", "file/below")
    assert answer.status == 2
    assert "cannot be made" in answer.err


def test_a_file_of_my_own_may_be_named_on_the_command_line_and_leaves_no_path(noiseloom: Command, small: Small) -> None:
    weights = Path("elsewhere")
    weights.mkdir()
    source = Path(__file__).parents[2] / "assets" / "weights" / "digits.safetensors"
    (weights / "mine.safetensors").write_bytes(source.read_bytes())
    answer = noiseloom("run", "digits", *small, "--set", f"network.weights={weights.absolute()}/mine.safetensors")
    assert answer.status == 0
    with Image.open("out/sheet.png") as picture:
        assert json.loads(picture.info["noiseloom"])["nodes"]["network"]["params"]["weights"] == {
            "file": "mine.safetensors"
        }


def test_the_report_says_what_was_run(noiseloom: Command, small: Small) -> None:
    report = json.loads(noiseloom("run", "digits", *small, "--only", "noise", "--json").out)
    assert report["graph"].endswith("digits.json")
    assert report["settings"] == [small[1], small[3]]
    assert (report["only"], report["device"]) == (["noise"], "auto")
    assert {"noiseloom", "begun", "name"} <= report.keys()


def test_a_run_begins_with_the_notes_of_its_graph_but_not_as_json(noiseloom: Command) -> None:
    graph = "graph.json"
    document = json.loads((examples_folder() / "digits.json").read_text())
    words = "what you see [bold]is\x1b[31m " + "noise " * 60
    document["view"]["notes"] = [{"id": "about", "text": words}, {"id": "empty", "text": " "}]
    Path(graph).write_text(json.dumps(document))
    err = noiseloom("run", graph, "--only", "prompt").err
    assert err.split()[:5] == ["what", "you", "see", "[bold]is", "[31m"]
    assert all(len(line) <= 100 for line in err.splitlines()[:4])
    assert err.count("noise") >= 60
    assert "what you see" not in noiseloom("run", graph, "--only", "prompt", "--json").err
