"""Levels that differ by place, for solvers that take each step by itself."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.levels.karras import karras
from nodes.solver.accelerated_ddim import accelerated_ddim
from nodes.solver.dpm_solver_2 import dpm_solver_2
from nodes.solver.dpm_solver_3 import dpm_solver_3
from nodes.solver.dpm_solver_adaptive import dpm_solver_adaptive
from nodes.solver.dpm_solver_fast import dpm_solver_fast
from nodes.solver.dpmpp_2s import dpmpp_2s
from nodes.solver.res_3s import res_3s
from nodes.solver.rf_solver import rf_solver
from nodes.solver.rk4 import rk4
from nodes.solver.rk45 import rk45
from tests.nodes.gaussian import context
from tests.nodes.solver.test_places import EVENT, SIZE, ByPlace, picture_noise

OF_PLACES: dict[str, Solver] = {
    "rk4 angle": rk4(),
    "rk4 log_snr": rk4(variable="log_snr"),
    "rf_solver": rf_solver(),
    "dpm_solver_2": dpm_solver_2(),
    "dpm_solver_3": dpm_solver_3(),
    "dpm_solver_fast": dpm_solver_fast(),
    "dpmpp_2s": dpmpp_2s(),
    "res_3s": res_3s(),
    "accelerated_ddim": accelerated_ddim(),
}
OF_ROWS: dict[str, Solver] = {"rk45": rk45(), "dpm_solver_adaptive": dpm_solver_adaptive()}
"""Their steps are a row's, so a place is not what it would be alone."""


@pytest.mark.parametrize("solver", OF_PLACES.values(), ids=OF_PLACES)
def test_each_place_is_what_its_own_levels_give(solver: Solver) -> None:
    grids = [karras(num_inference_steps=6, sigma_max=top).s for top in (8.0, 5.0, 3.0, 2.0)]
    grids[1] = torch.cat([grids[1][:-1], torch.tensor([0.001], dtype=torch.float64)])  # ends above data
    grids[2] = torch.cat([torch.tensor([math.inf], dtype=torch.float64), grids[2][1:]])  # begins at pure noise
    noise = picture_noise(3)
    field = torch.stack(grids, 1).reshape(7, 1, 1, SIZE, SIZE)
    together = solve(ByPlace(0.5, 0.3, EVENT), solver, noise, Levels(field), context()).x
    for place, grid in enumerate(grids):
        alone = solve(ByPlace(0.5, 0.3, EVENT), solver, noise, Levels(grid), context()).x
        row, column = divmod(place, SIZE)
        torch.testing.assert_close(together[..., row, column], alone[..., row, column], rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("solver", (OF_PLACES | OF_ROWS).values(), ids=OF_PLACES | OF_ROWS)
def test_a_place_whose_level_stays_keeps_its_point_bitwise(solver: Solver) -> None:
    field = karras(num_inference_steps=5, sigma_max=math.pi).s[:, None, None, None, None].repeat(1, 1, 1, SIZE, SIZE)
    field[..., 0, 1], field[..., 0, 0] = 0.75, 0.0
    noise = picture_noise(2)
    begun = Sample(noise.x, field[0].expand(2, 1, SIZE, SIZE), noise.space, noise.rows)
    end = solve(ByPlace(0.5, 0.3, EVENT), solver, begun, Levels(field), context()).x
    assert torch.equal(end[..., 0, :], noise.x[..., 0, :])
    assert bool(torch.isfinite(end).all())
    assert not bool((end[..., 1, :] == noise.x[..., 1, :]).any())
