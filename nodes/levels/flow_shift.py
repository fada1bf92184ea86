"""The grid of a flow with a shift."""

from __future__ import annotations

from graphs import Estimate, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.karras import Steps
from nodes.levels.timed import to_data
from nodes.levels.uniform_time import times
from nodes.process.flow import Shift
from nodes.processes.flow import Flow


@node(
    cost=lambda known: Estimate(steps=known.number("num_inference_steps"), first_open=Span.of(1), last_open=Span.of(1))
)
def flow_shift(*, num_inference_steps: Steps = 28, shift: Shift = 3.0) -> Levels:
    """The levels of a flow at even times, shifted towards noise; from pure noise to 0, [N + 1] (arXiv:2403.03206).

    t_i = 1 − i/N for i < N = num_inference_steps, t' = shift·t/(1 + (shift − 1) t), s = t'/(1 − t') = shift·t/(1 − t),
    and then 0 (Esser et al. 2024, equation 23; 3 for SD3). Any grid is shifted by levels.scale, any spacing of times by
    process.flow. Cost: none.
    """
    made = Flow(shift)
    return to_data(made.level(times(made, num_inference_steps, "trailing")))
