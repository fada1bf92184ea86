"""The grid that is linear at first and then quadratic."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, InputError, Number, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Steps


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(1), last_open=Span.of(1))
)
def linear_quadratic(
    *,
    num_inference_steps: Steps = 20,
    threshold_noise: Annotated[float, Number(minimum=1e-4, maximum=0.5)] = 0.025,
    linear_steps: Annotated[int, Number(integer=True, minimum=1, maximum=10000)] | None = None,
) -> Levels:
    """Times of a flow that fall in a line at first, then along a parabola, from 1 to 0; [N + 1].

    N = num_inference_steps, L = linear_steps (N/2, rounded down), q = threshold_noise: 1 − t_i = q i/L for i ≤ L, and
    beyond it the parabola through that point with that slope that reaches 1 at N; s = t/(1 − t). L small steps stand
    for the first of very many (Movie Gen, Polyak et al. 2024, arXiv:2410.13720, as Mochi has it). Cost: none.
    Errors: linear_steps not below the steps, or so few that the parabola would turn back.
    """
    steps = num_inference_steps
    linear = max(1, steps // 2) if linear_steps is None else linear_steps
    if linear_steps is not None and linear_steps >= steps:
        raise InputError(
            "no step is left for the parabola",
            given=f"linear_steps {linear_steps} of {steps}",
            allowed=f"at most {steps - 1}",
            mend="take fewer linear steps, or more steps",
        )
    if steps == 1:
        return Levels(torch.tensor([torch.inf, 0.0], dtype=torch.float64))
    slope, rest = threshold_noise / linear, steps - linear
    left = 1 - threshold_noise - slope * rest
    if slope * rest + 2 * left <= 0:
        raise InputError(
            "the line is so steep that the parabola would turn back",
            given=f"threshold_noise {threshold_noise:g} in {linear} of {steps} steps",
            mend="lower threshold_noise, or take more linear steps",
        )
    number = torch.arange(steps + 1, dtype=torch.float64)
    beyond = (number - linear).clamp(min=0)
    passed = slope * number + left * (beyond / rest).square()
    passed[-1] = 1.0
    return Levels((1 - passed) / passed)
