"""The grid of a flow with a shift by the size of the picture."""

from __future__ import annotations

from graphs import Estimate, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Steps
from nodes.levels.timed import to_data
from nodes.levels.uniform_time import times
from nodes.process.flow_by_resolution import Mu, Pixels, flow_by_resolution


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(1), last_open=Span.of(1))
)
def flow_shift_by_resolution(
    *,
    num_inference_steps: Steps = 28,
    width: Pixels = 1024,
    height: Pixels = 1024,
    base_shift: Mu = 0.5,
    max_shift: Mu = 1.15,
) -> Levels:
    """The levels of a flow at even times, shifted by e^μ for a picture's size, as FLUX does; [N + 1].

    t_i = 1 − i/N for i < N = num_inference_steps, s = e^μ·t/(1 − t), and then 0; μ is on the line through base_shift at
    256 tokens and max_shift at 4096 of 16 pixels a side (Esser et al. 2024, arXiv:2403.03206). Other
    lines and other spacings: process.flow_by_resolution. Cost: none.
    """
    made = flow_by_resolution(width=width, height=height, base_shift=base_shift, max_shift=max_shift)
    return to_data(made.level(times(made, num_inference_steps, "trailing")))
