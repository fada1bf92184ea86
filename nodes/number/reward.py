"""What a reward thinks of a batch."""

from __future__ import annotations

import torch

from graphs import RunContext, node
from nodes.contracts.context import Context
from nodes.contracts.media import Number
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.sample import Sample


@node
def reward(sample: Sample, reward: Reward, *, run: RunContext) -> Number:
    """The mean reward of the rows of a sample [B, *event].

    Cost: no NFE; a reward for each row. Errors: a reward that reads other points, or gives NaN.
    """
    with torch.no_grad():
        scores = finite_scores(score(reward, sample.to(run.device), Context(run.meter)))
    return Number(float(scores.mean()))
