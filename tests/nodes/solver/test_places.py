"""Levels that differ by place: every solver steps each place as if it were alone."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.solver.ancestral import ancestral
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise

SIZE = 2
EVENT = (1, SIZE, SIZE)
SOLVERS: dict[str, Solver] = {
    "euler": euler(),
    "heun": heun(),
    "dpmpp_2m": dpmpp_2m(),
    "ddim": ddim(eta=1.0),
    "ancestral": ancestral(),
    "dpmpp_2m_sde": dpmpp_2m_sde(),
}


class ByPlace(Gaussian):
    """The normal law, place by place."""

    abilities = frozenset({"level_map"})


def picture_noise(count: int) -> Sample:
    """Pure noise of small pictures."""
    noise = pure_noise(count, EVENT)
    return Sample(noise.x, noise.s, Space("plane", EVENT), noise.rows)


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_each_place_is_what_its_own_levels_give(solver: Solver) -> None:
    tops, noise = (80.0, 20.0, 5.0, 2.0), picture_noise(3)
    grids = [karras(num_inference_steps=6, sigma_max=top) for top in tops]
    field = torch.stack([grid.s for grid in grids], 1).reshape(7, 1, 1, SIZE, SIZE)
    together = solve(ByPlace(0.5, 0.3, EVENT), solver, noise, Levels(field), context()).x
    for place, grid in enumerate(grids):
        alone = solve(ByPlace(0.5, 0.3, EVENT), solver, noise, grid, context()).x
        row, column = divmod(place, SIZE)
        torch.testing.assert_close(together[..., row, column], alone[..., row, column], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_a_place_whose_level_stays_keeps_its_point_bitwise(solver: Solver) -> None:
    field = karras(num_inference_steps=5, sigma_max=math.pi).s[:, None, None, None, None].repeat(1, 1, 1, SIZE, SIZE)
    field[..., 0, 1] = 0.75
    noise = picture_noise(2)
    begun = Sample(noise.x, field[0].expand(2, 1, SIZE, SIZE), noise.space, noise.rows)
    end = solve(ByPlace(0.5, 0.3, EVENT), solver, begun, Levels(field), context()).x
    assert torch.equal(end[..., 0, 1], noise.x[..., 0, 1])
    assert not bool((end[..., 1, :] == noise.x[..., 1, :]).any())
