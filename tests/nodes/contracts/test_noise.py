"""Classes drawn by Gumbel noise: their law, and what a draw depends on."""

from __future__ import annotations

import math

import torch

from nodes.contracts.noise import CounterNoise, gumbel_max
from nodes.contracts.state import State
from tests.nodes.gaussian import pure_noise

LOGITS = torch.tensor([math.log(0.6), math.log(0.3), math.log(0.1)], dtype=torch.float64)


def state(count: int) -> State:
    """Rows at pure noise."""
    noise = pure_noise(count)
    return State.at(noise, noise.x, noise.s)


def test_classes_come_as_often_as_their_logits_say() -> None:
    drawn = CounterNoise().categorical(state(8), LOGITS.expand(8, 2000, 3), "law")
    shares = torch.bincount(drawn.flatten(), minlength=3) / drawn.numel()
    torch.testing.assert_close(shares.double(), LOGITS.exp(), rtol=0, atol=5 * math.sqrt(0.25 / drawn.numel()))


def test_a_class_that_cannot_be_never_comes() -> None:
    logits = torch.tensor([0.0, -math.inf], dtype=torch.float64).expand(1000, 2)
    uniforms = torch.linspace(0, 1, 2000, dtype=torch.float64)[:-1].repeat(2)[: 2 * 1000].reshape(1000, 2)
    assert not bool(gumbel_max(logits, uniforms).any())


def test_other_numbers_of_draw_give_other_classes() -> None:
    drawn = [CounterNoise().categorical(state(1), LOGITS.expand(1, 200, 3), "law", draw) for draw in (0, 1, 0)]
    assert torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0], drawn[1])
