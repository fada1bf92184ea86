"""A reward on what latents decode to."""

from __future__ import annotations

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.codec import Codec, from_latents
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.reward.parts import parts_cost


@node(abilities=abilities("composed", like="reward", without=("noisy",)), cost=parts_cost)
def decoded(reward: Reward, codec: Codec) -> Reward:
    """A reward on pixels made one on latents: r(decode(z)).

    Gradients flow where both the reward and the codec let them. Cost: 1 decode and 1 reward a row.
    Errors: latents of another codec.
    """
    return Decoded(reward, codec)


class Decoded(Reward):
    """The reward of `decoded`."""

    def __init__(self, reward: Reward, codec: Codec) -> None:
        self.reward, self.codec = reward, codec
        self.abilities = reward.abilities - {"noisy"} | {"composed"}

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The inner reward's scores of the decoded points."""
        return score(self.reward, from_latents(self.codec, sample, ctx), ctx)
