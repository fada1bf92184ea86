"""A plan knows how often a solver asks over each grid."""

from __future__ import annotations

from typing import ParamSpec, TypeVar

import pytest

from graphs import UNKNOWN, Estimate, Known, Span
from graphs.declaration.node import NodeFunction
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.levels.explicit import explicit
from nodes.levels.flip import flip
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.levels.uniform_time import uniform_time
from nodes.solver.counting import calls_over
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise

GRIDS: dict[str, tuple[NodeFunction[..., Levels], dict[str, object]]] = {
    "karras": (karras, {"num_inference_steps": 5}),
    "flow, from pure noise": (uniform_time, {"process": "flow", "num_inference_steps": 5}),
    "cosine, leading": (
        uniform_time,
        {"process": "vp_cosine", "num_inference_steps": 5, "timestep_spacing": "leading"},
    ),
    "to sigma_min": (uniform_log_snr, {"num_inference_steps": 5, "final_sigmas_type": "sigma_min"}),
    "listed": (explicit, {"sigmas": (float("inf"), 3.0, 1.0)}),
    "listed, up": (explicit, {"sigmas": (0.5, 3.0, float("inf"))}),
}


P = ParamSpec("P")
R = TypeVar("R")


def estimate(node: NodeFunction[P, R], values: dict[str, object]) -> Estimate:
    """What a node declares of what it gives."""
    cost = node.options.cost
    assert cost is not None
    defaults = {entry.name: entry.kind.decode(entry.default) for entry in node.record("a.b").parameters}
    return cost if isinstance(cost, Estimate) else cost(Known({**defaults, **values}, {}))


@pytest.mark.parametrize("solver", [euler, heun], ids=["euler", "heun"])
@pytest.mark.parametrize(("grid", "values"), GRIDS.values(), ids=GRIDS)
def test_the_calls_over_a_grid_are_counted_exactly(
    solver: NodeFunction[[], Solver], grid: NodeFunction[..., Levels], values: dict[str, object]
) -> None:
    levels, ctx, begin = grid(**values), context(), pure_noise(1)
    if float(levels.s[0]) == 0.5:
        begin = Sample(begin.x, levels.s[:1], begin.space, begin.rows)
    solve(Gaussian(), solver(), begin, levels, ctx)
    assert calls_over(estimate(solver, {}), estimate(grid, values)) == Span.of(ctx.meter.rows)


def test_where_an_end_is_not_known_it_is_an_interval_that_holds_what_is_asked() -> None:
    flipped = Estimate(steps=Span.of(5))
    ctx, noise = context(), pure_noise(1)
    clean = Sample(noise.x, 0 * noise.s.nan_to_num(posinf=0.0), noise.space, noise.rows)
    solve(Gaussian(), heun(), clean, flip(karras(num_inference_steps=5)), ctx)
    asked = calls_over(estimate(heun, {}), flipped)
    assert asked.low <= ctx.meter.rows <= asked.high
    assert calls_over(Estimate(), flipped) == UNKNOWN
