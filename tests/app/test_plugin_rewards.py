"""A reward of one's own: a plain function in a folder, used by a search at once."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from tests.app.conftest import Command, Edit

WIDE = '''from graphs import node
from nodes.contracts.reward import Reward
from nodes.reward.function import scored_by
@node
def wide(*, over: float = 0.0) -> Reward:
    """The share of columns with a pixel above a value."""
    return scored_by(lambda x: (x.amax((1, 2)) > over).double().mean(1))
'''


def search(nodes: dict[str, dict[str, object]]) -> None:
    """The best of three by the reward of one's own, and the rewards of all."""
    nodes["wide"] = {"type": "mine.looks.wide", "params": {"over": -0.5}}
    nodes["program"] = {"type": "search.program", "inputs": {"levels": "karras", "model": "cfg", "solver": "heun"}}
    inputs = {"noise": "noise", "program": "program", "reward": "wide"}
    nodes["best"] = {"type": "search.best_of_n", "inputs": inputs, "params": {"candidates": 3}}
    nodes["rewards"] = {"type": "output.table", "inputs": {"table": "best.rewards"}}


def test_a_plain_function_in_a_folder_is_a_reward_that_a_search_asks(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    Path("mine").mkdir()
    Path("mine/looks.py").write_text(WIDE)
    graph = edited(search)
    answer = noiseloom("run", graph, "--nodes", "mine", *small, "--only", "rewards")
    assert answer.status == 0, answer.err
    with Path("out/rewards.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["row"], line["candidate"]) for line in lines] == [(r, c) for r in "01" for c in "012"]
    for row in "01":
        own = [line for line in lines if line["row"] == row]
        chosen = [line for line in own if line["chosen"] == "1"]
        assert float(chosen[0]["reward"]) == max(float(line["reward"]) for line in own)
        assert len(chosen) == 1
        assert all(0 <= float(line["reward"]) * 32 <= 32 for line in own)
