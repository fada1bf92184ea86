"""The digits through a desk: planned, run with previews, and only what is affected runs again."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

from PIL import Image

from app.editor.engine.messages import News, Told
from app.editor.runs.shelf import gallery_folder
from graphs.home import examples_folder
from graphs.png import graph_of
from tests.app.conftest import Command
from tests.app.editor.engine.bench import Bench, card, small_digits, state_of, states, with_values

AFFECTED = {"sample", "pixels", "pictures", "sheet"}
"""What depends on the guidance scale and gives data."""


def items(view: object) -> list[Told]:
    assert isinstance(view, dict)
    found = view["items"]
    assert isinstance(found, list)
    return found


def names(view: object) -> list[str]:
    return [str(item["url"]).rpartition("/")[2] for item in items(view)]


def results(news: list[News]) -> dict[str, Told]:
    return {str(entry.told["node"]): entry.told for entry in news if entry.kind == "result"}


def test_a_plan_says_what_the_command_says(bench: Bench, noiseloom: Command, home: Path) -> None:
    told = bench.show(small_digits(), place=str(examples_folder() / "digits.json"), name="planned")
    settings = ("--set", "noise.count=2", "--set", "karras.num_inference_steps=2", "--no-plugins")
    said = json.loads(noiseloom("run", "digits", *settings, "--plan", "--json").out)
    assert {"states": told["states"], "nfe": told["nfe"], "notes": told["notes"]} == {
        "states": said["nodes"],
        "nfe": said["nfe"],
        "notes": said["notes"],
    }
    assert told["nfe"] == [0, 2 * 2 * (2 * 2 - 1)]
    assert told["targets"] == ["pictures", "sheet"]
    assert told["faults"] == []


def test_a_run_shows_noise_becoming_digits_and_its_results(bench: Bench) -> None:
    news = bench.run(small_digits(), name="fresh")
    assert state_of(news) == "done"
    previews = [entry for entry in news if entry.kind == "node" and "preview" in entry.told]
    assert {entry.told["node"] for entry in previews} == {"sample"}
    for entry in previews:
        for name in names(entry.told["preview"]):
            with Image.open(io.BytesIO(entry.media[name])) as picture:
                assert max(picture.size) <= 256
    sample = card(news, "sample")
    assert (sample["nfe"], sample["launches"], sample["step"], sample["total"]) == (12, 3, 2, 2)
    assert set(results(news)) == {"pictures", "sheet"}
    assert len(items(results(news)["pictures"]["view"])) == 1 + 2
    assert len(items(results(news)["sheet"]["view"])) == 1
    end = news[-1].told
    assert (end["nfe"], end["done"], end["count"]) == (12, 10, 10)


def test_only_what_a_changed_value_affects_runs_again(bench: Bench) -> None:
    before = small_digits()
    bench.run(before, name="again")
    changed = with_values(before, {"cfg.guidance_scale": 1.0})
    plan = bench.show(changed, revision=2, name="again")
    planned = plan["states"]
    assert isinstance(planned, dict)
    news = bench.run(changed, name="again")
    ran = {name for name, state in states(news).items() if state == "done"}
    assert ran == AFFECTED
    assert {name for name, state in planned.items() if isinstance(state, dict) and state["state"] != "cached"} >= ran
    after = bench.until(
        lambda entry: entry.kind == "plan" and entry.document == "again" and not entry.told["nfe"], len(bench.news) - 1
    ).told["states"]
    assert isinstance(after, dict)
    assert {state["state"] for state in after.values() if isinstance(state, dict)} == {"cached"}


def test_a_run_of_which_all_is_there_shows_the_same_media(bench: Bench) -> None:
    first, second = (results(bench.run(small_digits(), name="twice")) for _ in range(2))
    assert {name: told["view"] for name, told in first.items()} == {name: told["view"] for name, told in second.items()}
    assert {name: told["digest"] for name, told in first.items()} == {
        name: told["digest"] for name, told in second.items()
    }


def test_each_png_of_a_result_carries_the_graph_that_made_it(bench: Bench, home: Path) -> None:
    document = small_digits(**{"prompt.text": "seven\nthree"})
    view = results(bench.run(document, name="carrying"))["pictures"]["view"]
    for name in names(view):
        found = graph_of(gallery_folder() / name)
        assert found.nodes["prompt"].params["text"] == "seven\nthree"
        assert found.nodes["karras"].params["rho"] == 7.0


def test_a_run_to_a_node_runs_no_more(bench: Bench) -> None:
    news = bench.run(small_digits(**{"noise.seed": 5}), ("noise",), name="some")
    assert set(results(news)) == {"noise"}
    assert "sample" not in states(news)


def test_a_mistake_is_told_on_its_node_with_the_way_to_mend_it(bench: Bench) -> None:
    news = bench.run(small_digits(**{"prompt.text": "sevn"}), name="mistaken")
    assert state_of(news) == "failed"
    error = card(news, "prompt")["error"]
    assert isinstance(error, dict)
    assert (error["of_input"], error["mend"]) == (True, "did you mean 'seven'?")
    assert card(news, "sheet")["state"] == "skipped"
    assert card(news, "sheet")["because"] == "prompt"


def test_a_graph_with_faults_is_refused_and_its_plan_has_them(bench: Bench) -> None:
    document = small_digits(**{"cfg.guidance_scale": -1})
    faults = bench.show(document, name="faulty")["faults"]
    assert isinstance(faults, list)
    assert [fault["code"] for fault in faults if isinstance(fault, dict)] == ["out_of_range"]
    assert state_of(bench.run(document, name="faulty")) == "refused"


def test_the_server_imports_neither_torch_nor_nodes() -> None:
    import subprocess

    code = "import sys, app.editor.runs.runs; print([n for n in sys.modules if n.split('.')[0] in ('torch', 'nodes')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
