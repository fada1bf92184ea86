"""The reward contract, and `score`, through which every reward is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from graphs import InputError, behaviour
from nodes.contracts.context import Context
from nodes.contracts.identity import Identified
from nodes.contracts.sample import Sample


@behaviour(colour="#d6703c")
class Reward(Identified, ABC):
    """Scores clean points, one number for each row; larger is better.

    `space` is the name of the space it reads, or "any". Abilities: "differentiable" (gradients by x), "noisy" (it also
    reads points at levels above 0), "population" (a row's score depends on the other rows of its origin), "composed"
    (made of rewards, which it asks by `score` and which are counted in its place).
    """

    space: str = "any"
    abilities: frozenset[str] = frozenset()

    @abstractmethod
    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The scores [B], of any floating type; asked only by the function `score`."""


def score(reward: Reward, sample: Sample, ctx: Context) -> Tensor:
    """The scores of a batch, [B] float64, counted as rewards; gradients flow where the reward lets them.

    `InputError` for points of another space, for noised ones unless the reward is "noisy", and for what are no scores.
    """
    if reward.space not in ("any", sample.space.name):
        raise InputError(
            "the reward reads another kind of points",
            given=f"points of {sample.space.describe()}, a reward on {reward.space}",
            allowed=f"points of {reward.space}",
            mend="wire the reward through reward.decoded with the codec of the model",
        )
    if "noisy" not in reward.abilities and bool((sample.s != 0).any()):
        raise InputError(
            "the reward reads clean points only",
            given=sample.describe(),
            allowed="points at s = 0",
            mend="wire a finished sample, or let the levels of a program end at 0",
        )
    if "composed" not in reward.abilities:
        ctx.meter.reward(len(sample.rows))
    return _one_a_row(reward.score(sample, ctx), len(sample.rows))


def _one_a_row(scores: object, rows: int) -> Tensor:
    """The scores [B] float64; a reward is code of anybody's, so what it gives is looked at."""
    if not isinstance(scores, Tensor):
        raise InputError(
            "the reward gave no tensor",
            given=type(scores).__name__,
            allowed=f"a tensor of shape [{rows}], one number for each row",
            mend="reduce over all axes but the first, and return the tensor itself",
        )
    if scores.shape != (rows,):
        raise InputError(
            "the reward did not give one number for each row",
            given=f"shape {list(scores.shape)} for {rows} rows",
            allowed=f"[{rows}]",
            mend="reduce over all axes but the first",
        )
    return scores.double()


def finite_scores(scores: Tensor) -> Tensor:
    """The scores, brought to the CPU; `InputError` where one is NaN, which cannot be ranked."""
    host = scores.detach().cpu()
    if bool(torch.isnan(host).any()):
        row = int(torch.isnan(host).nonzero()[0])
        raise InputError(
            "the reward gave a NaN", given=f"row {row}", allowed="numbers, or -inf", mend="mend the reward"
        )
    return host
