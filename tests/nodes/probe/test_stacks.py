"""Corrections, guidance, levels and inversion on one stack."""

from __future__ import annotations

import math

import torch

from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.guidance.cfg import cfg
from nodes.guidance.cfgpp import cfgpp
from nodes.guidance.compose import compose
from nodes.guidance.conditional import conditional
from nodes.inversion.ddpm import ddpm
from nodes.inversion.exact import exact
from nodes.levels.karras import karras
from nodes.measurement.dps import dps
from nodes.measurement.measure import measure
from nodes.model.bridge import bridge
from nodes.model.gaussian import gaussian
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.edict import edict
from nodes.solver.heun import heun
from nodes.solver.replay import replay
from nodes.solver.sample import sample
from nodes.solver.stop_early import stop_early
from tests.nodes.loops import finish, told_by
from tests.nodes.measurement.toys import Identity
from tests.nodes.probe.stacks import RING, components, context, grid, noise, remembering, run


def test_a_gradient_through_guidance_under_the_driver_is_one_launch_a_round() -> None:
    clean = Sample(torch.tensor([[0.5, 0.5]]).double(), torch.zeros(1).double(), RING.space, Rows.first(0, 1))
    seen = Identity()
    measured = measure(clean, seen, sigma_y=0.2)
    ctx, begin = context(), noise(5)
    result = solve(dps(remembering(), seen, measured, form="score"), dpmpp_2m(), begin, grid(8), ctx)
    assert (ctx.meter.launches, ctx.meter.rows, ctx.meter.backwards) == (8, 2 * 5 * 8, 5 * 8)
    assert not result.x.requires_grad
    *_, state = drive(dps(remembering(), seen, measured, form="score"), dpmpp_2m(), begin, grid(8), context())
    assert set(state.memory) == {"/0/momentum"}, "what guidance keeps comes through the correction"
    assert not any(entry.requires_grad for entry in state.memory.values())


def test_coupled_states_under_guidance_come_back_from_pure_noise() -> None:
    model = cfg(compose((RING, RING), weights=(0.5, 0.5)), components("1 2"), components("4"), guidance_scale=4.0)
    levels = Levels(karras(num_inference_steps=12, sigma_max=10.0, sigma_min=0.02).s)
    clean = solve(RING, heun(), noise(4), karras(num_inference_steps=12), context())
    inverted, _ = finish(exact(clean, model, edict(), levels, run=run()))
    again = solve(model, edict(), inverted, levels, context())
    torch.testing.assert_close(again.x, clean.x, rtol=0, atol=1e-10)


def test_a_replayed_kernel_gives_the_sample_back_under_stateful_guidance() -> None:
    clean = solve(RING, heun(), noise(4), karras(num_inference_steps=12), context())
    found, _ = told_by(ddpm(clean, remembering(), dpmpp_2m_sde(), grid(9), run=run()))
    again = solve(remembering(), replay(dpmpp_2m_sde(), found.trajectory), found.sample, grid(9), context())
    torch.testing.assert_close(again.x, clean.x, rtol=0, atol=1e-10)


def test_a_bridge_from_data_to_data_is_solved_by_any_solver_under_any_grid() -> None:
    """The 1-D check: x0 ~ N(0.4, 0.6²) given x_T, whatever the solver (solvers.md §4.9)."""
    ends = Sample(torch.full((1, 1), 2.0).double(), torch.zeros(1).double(), Space("line", (1,)), Rows.first(0, 1))
    model = bridge(ends, matrix=(0.2,), std=0.6, sigma_max=1.5, run=run())
    begin = noise(4000, model)
    for solver in (heun(), dpmpp_2m_sde()):
        x = solve(model, solver, begin, Levels(torch.cat([torch.tensor([math.inf]), grid(40).s])), context()).x
        assert abs(float(x.mean()) - 0.4) < 4 * 0.6 / math.sqrt(4000) + 0.003
        assert abs(float(x.std()) - 0.6) < 4 * 0.6 / math.sqrt(8000) + 0.01


def test_guidance_over_levels_of_each_place_is_guidance_at_each_place() -> None:
    """Independent places: a map of levels gives each place what a batch at its own levels gives."""
    model = gaussian(mean=(0.3,), std=(0.5,), shape=(1, 2, 2))
    other = gaussian(mean=(-0.2,), std=(0.5,), shape=(1, 2, 2))
    mixed = compose((model, other), weights=(1.5, -0.5), mode="product")
    begin = noise(3, model)
    tops = torch.tensor([[4.0, 2.0], [1.0, 8.0]], dtype=torch.float64)
    ramp = torch.linspace(1, 0, 6, dtype=torch.float64)[:, None, None, None, None]
    whole = solve(mixed, dpmpp_2m(), begin, Levels(ramp * tops[None, None, None]), context()).x
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        alone = solve(mixed, dpmpp_2m(), begin, Levels(ramp.flatten() * tops[row, column]), context()).x
        torch.testing.assert_close(whole[:, :, row, column], alone[:, :, row, column], rtol=0, atol=1e-12)


def test_an_eps_of_its_own_goes_through_a_multistep_solver_and_rises_too() -> None:
    model, begin = cfgpp(RING, components("1"), None, guidance_scale=0.6), noise(4)
    down = solve(model, dpmpp_2m(), begin, grid(40), context())
    up = Levels(torch.flip(grid(40).s, [0]))
    back = solve(model, dpmpp_2m(), Sample(down.x, down.s, down.space, down.rows), up, context())
    assert bool(torch.isfinite(back.x).all())
    plain = solve(conditional(RING, components("1")), dpmpp_2m(), begin, grid(40), context())
    assert float((down.x - plain.x.mean(0)).norm(dim=1).max()) < 5 * 0.15, "all are of the component that was asked for"


def test_rows_that_rest_are_done_and_asked_no_more_under_guidance() -> None:
    plain, ctx = context(), context()
    model = cfg(RING, components("1"), guidance_scale=1.5)
    whole = solve(model, dpmpp_2m(), noise(6), grid(30), plain)
    early = solve(model, stop_early(dpmpp_2m(), tolerance=0.02, sigma_max=0.1), noise(6), grid(30), ctx)
    assert ctx.meter.rows < plain.meter.rows
    assert early.s.tolist() == [0.0] * 6
    torch.testing.assert_close(early.x, whole.x, rtol=0, atol=0.05)


def test_levels_of_each_row_and_a_late_start_fit_in_one_batch() -> None:
    own = torch.stack([grid(6).s, torch.cat([torch.tensor([20.0, 20.0, 20.0]).double(), grid(6).s[3:]])], 1)
    both, _ = finish(sample(noise(2), remembering(), dpmpp_2m(), Levels(own), run=run()))
    first, _ = finish(sample(noise(2).take(torch.tensor([0])), remembering(), dpmpp_2m(), grid(6), run=run()))
    torch.testing.assert_close(both.x[:1], first.x, rtol=0, atol=1e-11)
