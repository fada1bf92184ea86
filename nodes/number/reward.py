"""What a reward thinks of a batch."""

from __future__ import annotations

import torch

from graphs import Estimate, Known, RunContext, node
from nodes.contracts.context import Context
from nodes.contracts.media import Number
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.sample import Sample


def cost(known: Known) -> Estimate:
    """What the reward asks for each row."""
    return Estimate(nfe=known.input("sample").rows * known.asks("reward"))


@node(cost=cost)
def reward(sample: Sample, reward: Reward, *, run: RunContext) -> Number:
    """The mean reward of the rows of a sample [B, *event].

    Cost: a reward for each row, and no NFE but what the reward asks.
    Errors: a reward that reads other points, or gives NaN.
    """
    with torch.no_grad():
        scores = finite_scores(score(reward, sample.to(run.device), Context(run.meter)))
    return Number(float(scores.mean()))
