"""The smaller commands."""

from __future__ import annotations

import json

import pytest

from app.doctor import PACKAGES
from graphs.catalogue.catalogue import read_catalogue
from graphs.document.reading import loads
from graphs.home import examples_folder
from graphs.opening import example_names
from tests.app.conftest import Command


def test_nodes_lists_every_type_with_its_summary(noiseloom: Command) -> None:
    listing = noiseloom("nodes", "--no-plugins").out
    for record in read_catalogue(plugins=False).nodes.values():
        assert f"{record.id} " in listing
        assert record.summary in listing


def test_one_nodes_help_gives_formula_ports_parameters_cost_and_source(noiseloom: Command) -> None:
    text = noiseloom("nodes", "guidance.cfg").out
    for part in (
        "D_neg + guidance_scale",
        "arXiv:2207.12598",
        "positive: Cond",
        "also scale, cfg_scale",
        "2 model rows",
    ):
        assert part in text


def test_a_kind_lists_its_nodes_and_no_others(noiseloom: Command) -> None:
    answer = noiseloom("nodes", "solver", "--no-plugins")
    ids = {record.id for record in read_catalogue(plugins=False).nodes.values() if record.id.startswith("solver.")}
    assert answer.status == 0
    assert {line.split()[0] for line in answer.out.splitlines()} == {"solver", *ids}
    told = json.loads(noiseloom("nodes", "solver", "--no-plugins", "--json").out)
    assert {entry["id"] for entry in told["nodes"]} == ids


def test_a_misspelt_type_is_told_the_nearest(noiseloom: Command) -> None:
    answer = noiseloom("nodes", "guidence.cfg")
    assert (answer.status, "did you mean 'guidance.cfg'?" in answer.err) == (2, True)


def test_nodes_as_json_holds_the_types_too(noiseloom: Command) -> None:
    catalogue = json.loads(noiseloom("nodes", "--json").out)
    assert {"Model", "Sample", "Solver"} <= {entry["name"] for entry in catalogue["types"]}
    assert all(entry["help"] and entry["outputs"] for entry in catalogue["nodes"])
    assert json.loads(noiseloom("nodes", "heun", "--json").out)["id"] == "solver.heun"


def test_the_schema_describes_a_document(noiseloom: Command) -> None:
    schema = json.loads(noiseloom("schema").out)
    assert {"noiseloom", "name", "nodes", "view"} <= set(schema["properties"])


def test_doctor_names_versions_and_folders(noiseloom: Command) -> None:
    report = json.loads(noiseloom("doctor", "--json").out)
    assert {"noiseloom", "python", "cpu", "home", "assets", *PACKAGES} <= set(report)
    assert "missing" not in report["assets"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("cpu=2GiB", "up to 2 GiB on cpu"),
        ("", "(unless NOISELOOM_MEMORY says)"),
        ("much", "NOISELOOM_MEMORY: this is no budget of memory given: much"),
    ],
)
def test_doctor_tells_how_much_may_stay_in_memory(
    noiseloom: Command, monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    monkeypatch.setenv("NOISELOOM_MEMORY", said)
    assert told in json.loads(noiseloom("doctor", "--json").out)["weights in memory"]


def test_a_refused_check_answers_in_its_own_shape(noiseloom: Command) -> None:
    answer = noiseloom("check", "digits", "--set", "cgf.scale=1", "--json")
    assert (answer.status, list(json.loads(answer.out))) == (2, ["faults", "notes"])


def test_the_version_is_one_line(noiseloom: Command) -> None:
    assert noiseloom("--version").out.strip() == "0.1.0"


def test_unknown_commands_and_options_end_in_status_2(noiseloom: Command) -> None:
    assert noiseloom("runn").status == 2
    assert noiseloom("run", "digits", "--bogus").status == 2
    assert noiseloom("run").status == 2


def test_a_run_of_nothing_lists_the_examples_with_their_titles(noiseloom: Command) -> None:
    answer = noiseloom("run")
    lines = answer.err.splitlines()
    for name in example_names():
        title = loads((examples_folder() / f"{name}.json").read_bytes()).name
        assert any(line.split()[:1] == [name] and line.endswith(title) for line in lines)
    assert (answer.status, answer.out) == (2, "")
    assert json.loads(noiseloom("run", "--json").out)["status"] == "refused"
