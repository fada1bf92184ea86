"""Flows made stochastic for searches: any amount of noise leaves the law as it is."""

from __future__ import annotations

import pytest
import torch

from graphs import LevelCurve
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.solver.euler import euler
from nodes.solver.stochastic import stochastic
from tests.nodes.gaussian import Gaussian, pure_noise
from tests.nodes.search.exact import QuickNoise
from tests.oracles import Oracle

STEPS, ROWS = 200, 3000


@pytest.mark.parametrize(("factor", "power"), [(0.0, 1), (1.0, 1), (3.0, 2)])
def test_the_law_of_a_flow_stays_whatever_noise_its_steps_draw(factor: float, power: int, oracle: Oracle) -> None:
    """Of N(2, 0.5²), with g = 0, t and 3 t²."""
    t = torch.linspace(1, 0, STEPS + 1, dtype=torch.float64)
    levels = Levels(t / (1 - t))
    known = [float(at) for at in t.flip(0)[1:-1]]
    curve = LevelCurve(tuple((at / (1 - at), factor * at**power) for at in known))
    solver = stochastic(euler(), eta=curve if factor else 0.0, kind="flow")
    ctx = Context(Meter(), QuickNoise())
    x = solve(Gaussian(2.0, 0.25, (1,)), solver, pure_noise(ROWS, (1,)), levels, ctx).x
    name = f"{factor:g} t^{power}"
    oracle("solver.stochastic", f"mean 2 of N(2, 0.5²), g = {name}", abs(float(x.mean()) - 2), 4 * 0.5 / ROWS**0.5)
    oracle("solver.stochastic", f"deviation 0.5 of N(2, 0.5²), g = {name}", abs(float(x.std()) - 0.5), 0.03)
