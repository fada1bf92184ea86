"""`run --plan`: what the plan says of the cost is what the run then spends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.conftest import Command, Edit

Small = tuple[str, ...]


def planned(noiseloom: Command, *arguments: str) -> object:
    """The NFE that a plan tells once all but the sampling is in the store."""
    ready = ("prompt", "noise", "karras")
    noiseloom("run", *arguments, "--out", "ready", *(word for node in ready for word in ("--only", node)))
    return json.loads(noiseloom("run", *arguments, "--plan", "--json").out)["nfe"]


@pytest.mark.parametrize("scale", ["1", "2.5"])
def test_the_nfe_of_a_plan_is_that_of_the_run(noiseloom: Command, small: Small, scale: str) -> None:
    arguments = ("digits", *small, "--set", f"cfg.guidance_scale={scale}")
    told = planned(noiseloom, *arguments)
    assert told == json.loads(noiseloom("run", *arguments, "--json").out)["nfe"]
    assert told in (10, 20)


def test_a_curve_of_guidance_gives_an_interval_that_holds_the_nfe(noiseloom: Command, small: Small) -> None:
    curve = '{"curve": [[0.5, 1.0], [1.0, 3.0]], "by": "linear"}'
    arguments = ("digits", *small, "--set", f"cfg.guidance_scale={curve}")
    told = planned(noiseloom, *arguments)
    assert told == [10, 20]
    assert 10 < json.loads(noiseloom("run", *arguments, "--json").out)["nfe"] < 20


def test_a_plan_of_a_fresh_graph_gives_the_most_that_it_may_cost(noiseloom: Command, small: Small) -> None:
    answer = noiseloom("run", "digits", *small, "--plan")
    assert "at most 20 NFE" in answer.out.splitlines()[-1]


def test_a_node_that_says_nothing_of_its_cost_is_not_known(
    noiseloom: Command, small: Small, edited: Callable[[Edit], str]
) -> None:
    Path("mine").mkdir()
    Path("mine/own.py").write_text(
        "from graphs import node\nfrom nodes.contracts.model import Model\n\n\n"
        '@node\ndef same(model: Model) -> Model:\n    """The model."""\n    return model\n'
    )

    def put_between(nodes: dict[str, dict[str, object]]) -> None:
        nodes["own"] = {"type": "mine.own.same", "inputs": {"model": "cfg"}}
        nodes["sample"]["inputs"] = {"levels": "karras", "model": "own", "noise": "noise", "solver": "heun"}

    graph = edited(put_between)
    assert planned(noiseloom, graph, *small, "--nodes", "mine") == [0, None]
