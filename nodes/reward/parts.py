"""What rewards that are made of rewards share."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample


def parts_cost(known: Known) -> Estimate:
    """The rows of all parts."""
    return Estimate(asks=known.asks("reward") + known.asks("rewards"))


class Made(Reward):
    """A reward made of others, which it asks one after the other; it reads what all of them read."""

    def __init__(self, rewards: tuple[Reward, ...], without: frozenset[str] = frozenset()) -> None:
        spaces = {reward.space for reward in rewards} - {"any"}
        if not rewards or len(spaces) > 1:
            raise InputError(
                "these rewards do not read the same points" if rewards else "there is no reward",
                where="rewards",
                given=", ".join(reward.space for reward in rewards) or "none",
                allowed="at least one reward, all on one space",
                mend="wire those on pixels through reward.decoded" if rewards else "wire a reward",
            )
        self.rewards = rewards
        self.space = next(iter(spaces), "any")
        shared = frozenset({"differentiable", "noisy"}).intersection(*(reward.abilities for reward in rewards))
        compared = frozenset({"population"}) & frozenset().union(*(reward.abilities for reward in rewards))
        self.abilities = (shared | compared | {"composed"}) - without

    def scores(self, sample: Sample, ctx: Context) -> Tensor:
        """Those of all rewards, [n, B] float64."""
        return torch.stack([score(reward, sample, ctx) for reward in self.rewards])
