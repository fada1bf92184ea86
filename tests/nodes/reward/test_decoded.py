"""A reward on latents."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.reward import score
from nodes.reward.brightness import brightness
from nodes.reward.decoded import decoded
from tests.nodes.gaussian import context
from tests.nodes.reward.points import Halving, clean, pictures
from tests.oracles import Oracle


def test_latents_are_scored_as_what_they_decode_to_and_counted_once(oracle: Oracle) -> None:
    ctx, pixels = context(), pictures()
    latents = clean(pixels / 2, "latents", "halving")
    apart = score(decoded(brightness(), Halving()), latents, ctx) - score(brightness(), clean(pixels), context())
    oracle("reward.decoded", "the reward of what latents decode to", float(apart.abs().max()), 0.0)
    assert (ctx.meter.decodes, ctx.meter.rewards) == (3, 3)


def test_gradients_flow_through_the_codec() -> None:
    z = (pictures(1) / 2).requires_grad_()
    reward = decoded(brightness(), Halving())
    assert "differentiable" in reward.abilities
    assert torch.autograd.gradcheck(lambda at: score(reward, clean(at, "latents", "halving"), context()), (z,))


def test_latents_of_another_codec_are_refused() -> None:
    with pytest.raises(InputError, match="not the codec's latents"):
        score(decoded(brightness(), Halving()), clean(pictures(), "latents", "haar-1"), context())
