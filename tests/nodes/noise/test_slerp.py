"""What lies between two noises, and between two conditions."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.cond.lerp import lerp
from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.levels.karras import karras
from nodes.noise.slerp import slerp
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise
from tests.oracles import Oracle

FIRST, SECOND = pure_noise(4, (8,), seed=1), pure_noise(4, (8,), seed=2)


def normalised() -> torch.Tensor:
    """The second noise, as long as the first."""
    lengths = [sample.x.square().sum(1, keepdim=True).sqrt() for sample in (FIRST, SECOND)]
    return SECOND.x * lengths[0] / lengths[1]


def test_between_noises_of_one_length_the_length_stays(oracle: Oracle) -> None:
    found = slerp(FIRST, replace(SECOND, x=normalised()), share=0.3)
    far = float((found.x.norm(dim=1) - FIRST.x.norm(dim=1)).abs().max())
    oracle("noise.slerp", "the length stays", far, 1e-12)


def test_the_angle_is_divided_by_the_share() -> None:
    cosine = torch.nn.functional.cosine_similarity
    whole = torch.acos(cosine(FIRST.x, SECOND.x))
    part = torch.acos(cosine(FIRST.x, slerp(FIRST, replace(SECOND, x=normalised()), share=0.25).x))
    torch.testing.assert_close(part, whole / 4)


def test_the_ends_are_the_two_bitwise() -> None:
    assert slerp(FIRST, SECOND, share=0.0) is FIRST
    assert torch.equal(slerp(FIRST, SECOND, share=1.0).x, SECOND.x)


def test_between_parallel_noises_it_is_the_line() -> None:
    torch.testing.assert_close(slerp(FIRST, replace(FIRST, x=3 * FIRST.x), share=0.5).x, 2 * FIRST.x)


def test_on_a_normal_law_the_samples_walk_along_an_ellipse(oracle: Oracle) -> None:
    """The flow of N(m, v) is linear, so what lies at a share of the arc is that arc's image about the mean."""
    model, levels = Gaussian(mean=1.0, variance=0.25, event=(8,)), karras(num_inference_steps=12)
    ends = [solve(model, heun(), noise, levels, context()).x for noise in (FIRST, SECOND, slerp(FIRST, SECOND))]
    centre = solve(model, heun(), replace(FIRST, x=torch.zeros_like(FIRST.x)), levels, context()).x
    angle = torch.acos(torch.nn.functional.cosine_similarity(FIRST.x, SECOND.x))[:, None]
    wanted = centre + torch.sin(angle / 2) / torch.sin(angle) * (ends[0] + ends[1] - 2 * centre)
    oracle("noise.slerp", "samples of a normal law walk along an ellipse", float((ends[2] - wanted).abs().max()), 1e-12)


def test_conditions_are_mixed_entry_by_entry(oracle: Oracle) -> None:
    found = lerp(means(1.0, 2.0), means(5.0), share=0.25).entries["mean"]
    far = float((found - means(2.0, 2.75).entries["mean"]).abs().max())
    oracle("cond.lerp", "each entry is (1 − share) of one and share of the other", far, 0)
    assert lerp(means(1.0), means(5.0), share=0.0).entries["mean"].item() == 1
    assert lerp(means(1.0), means(5.0), share=1.0).entries["mean"].item() == 5


def test_what_has_nothing_between_is_refused() -> None:
    with pytest.raises(InputError, match="different levels"):
        slerp(FIRST, replace(SECOND, s=torch.full((4,), math.e, dtype=torch.float64)))
    with pytest.raises(InputError, match="different levels"):
        slerp(FIRST, replace(SECOND, s=SECOND.s[:, None].expand(4, 8)))
    with pytest.raises(InputError, match="nothing between"):
        slerp(FIRST, pure_noise(3, (8,)))
    with pytest.raises(InputError, match="same entries"):
        lerp(means(1.0), Cond({"class": torch.zeros(1, dtype=torch.int64)}))
    with pytest.raises(InputError, match="cannot be mixed"):
        lerp(Cond({"class": torch.tensor([1])}), Cond({"class": torch.tensor([2])}))
