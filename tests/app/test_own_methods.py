"""The methods of one's own that the page on nodes gives run as they stand there."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import graphs
from tests.app.conftest import Command, Edit

PAGE = Path(graphs.__file__).parent.parent / "assets/docs/nodes.md"
STEPS, ROWS = 3, 2


def write_files() -> list[str]:
    """The files of the page, in a folder `mynodes`; their names."""
    found = re.findall(r"^    # (mynodes/\w+\.py)\n((?:    .*\n|\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    Path("mynodes").mkdir()
    for name, block in found:
        Path(name).write_text(textwrap.dedent(block), encoding="utf-8")
    return [name for name, _ in found]


def use_midpoint(nodes: dict[str, dict[str, object]]) -> None:
    """The solver of one's own."""
    nodes["heun"] = {"type": "mynodes.solver.midpoint"}


def use_between(amount: float) -> Edit:
    """The guidance of one's own, for the guidance of the graph."""

    def edit(nodes: dict[str, dict[str, object]]) -> None:
        nodes["other"] = {"type": "cond.prompt", "inputs": {"model": "network"}, "params": {"text": "eight"}}
        inputs = {"model": "network", "first": "prompt", "second": "other"}
        nodes["cfg"] = {"type": "mynodes.guidance.between", "inputs": inputs, "params": {"amount": amount}}
        nodes["heun"] = {"type": "solver.euler"}

    return edit


def use_contrast(nodes: dict[str, dict[str, object]]) -> None:
    """The reward of one's own, asked by a search."""
    nodes["contrast"] = {"type": "mynodes.reward.contrast"}
    nodes["program"] = {"type": "search.program", "inputs": {"levels": "karras", "model": "cfg", "solver": "heun"}}
    inputs = {"noise": "noise", "program": "program", "reward": "contrast"}
    nodes["best"] = {"type": "search.best_of_n", "inputs": inputs, "params": {"candidates": 2}}
    nodes["rewards"] = {"type": "output.table", "inputs": {"table": "best.rewards"}}


def nfe_of(noiseloom: Command, graph: str, small: tuple[str, ...]) -> tuple[object, object]:
    """What the plan says the run will ask, once what is cheap is in the store, and what it asked."""
    nodes = json.loads(Path(graph).read_text())["nodes"]
    ready = [word for node in ("prompt", "other", "noise", "karras") if node in nodes for word in ("--only", node)]
    noiseloom("run", graph, "--nodes", "mynodes", *small, "--out", "ready", *ready)
    planned = json.loads(noiseloom("run", graph, "--nodes", "mynodes", *small, "--plan", "--json").out)
    answer = noiseloom("run", graph, "--nodes", "mynodes", *small, "--json")
    assert answer.status == 0, answer.err
    return planned["nfe"], json.loads(answer.out)["nfe"]


def test_the_page_has_a_reward_a_solver_and_a_guidance(noiseloom: Command) -> None:
    assert write_files() == ["mynodes/reward.py", "mynodes/solver.py", "mynodes/guidance.py"]
    for name in ("reward.contrast", "solver.midpoint", "guidance.between"):
        answer = noiseloom("nodes", f"mynodes.{name}", "--nodes", "mynodes")
        assert answer.status == 0, answer.err
        assert "Cost:" in answer.out


def test_the_solver_of_the_page_asks_as_often_as_it_declares(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_files()
    asked = 2 * STEPS * 2 * ROWS  # two calls a step, two rows each under guidance
    assert nfe_of(noiseloom, edited(use_midpoint), small) == (asked, asked)


def test_the_guidance_of_the_page_asks_nothing_superfluous(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_files()
    for amount, each in ((0.5, 2), (0.0, 1), (1.0, 1)):
        asked = STEPS * ROWS * each
        assert nfe_of(noiseloom, edited(use_between(amount)), small) == (asked, asked)


def test_the_reward_of_the_page_is_asked_by_a_search(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_files()
    answer = noiseloom("run", edited(use_contrast), "--nodes", "mynodes", *small, "--only", "rewards")
    assert answer.status == 0, answer.err
    assert len(Path("out/rewards.csv").read_text().splitlines()) == 1 + ROWS * 2
