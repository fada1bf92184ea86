"""A plain Python function in a folder of one's own is a reward."""

from __future__ import annotations

from pathlib import Path

import torch

from graphs import RunContext
from graphs.catalogue.catalogue import read_catalogue
from graphs.running.context import Meter
from nodes.contracts.reward import Reward, score
from nodes.levels.karras import karras
from nodes.search.best_of_n import best_of_n
from nodes.search.program import program
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.reward.points import clean

OWN = '''
"""Rewards of one's own."""

from graphs import node
from nodes.contracts.reward import Reward
from nodes.reward.function import scored_by


def furthest(x):
    return x.flatten(1).abs().amax(1)


@node
def far() -> Reward:
    """The largest number of a point. Cost: 1 reward a row."""
    return scored_by(furthest, space="any")
'''


def test_a_function_in_a_folder_is_found_scores_and_is_searched_with(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "rewards.py").write_text(OWN)
    catalogue = read_catalogue([folder], plugins=True)
    assert "mine.rewards.far" in catalogue.nodes
    reward = catalogue.function("mine.rewards.far").function()
    assert isinstance(reward, Reward)
    x = torch.tensor([[1.0, -3.0], [0.5, 2.0]], dtype=torch.float64)
    assert score(reward, clean(x, "plane"), context()).tolist() == [3.0, 2.0]
    over = program(Gaussian(), heun(), karras(num_inference_steps=3))
    steps = best_of_n(pure_noise(2), over, reward, candidates=3, run=RunContext(Meter()))
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found = stop.value
            break
    table = dict(found.rewards.columns)
    best = [max(table["reward"][row * 3 : row * 3 + 3]) for row in range(2)]
    assert best == found.best.x.abs().amax(1).tolist()
