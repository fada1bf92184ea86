"""Stochastic solvers: their formulas, null settings, ends, paths, counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.driving import advance, drive, solve
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.accelerated_ddpm import accelerated_ddpm
from nodes.solver.ancestral import ancestral
from nodes.solver.churn import churn
from nodes.solver.ddim import ddim
from nodes.solver.ddpm import ddpm
from nodes.solver.dpm_2_ancestral import dpm_2_ancestral
from nodes.solver.dpm_solver_2 import dpm_solver_2
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.dpmpp_2s import dpmpp_2s
from nodes.solver.dpmpp_2s_ancestral import dpmpp_2s_ancestral
from nodes.solver.dpmpp_3m_sde import dpmpp_3m_sde
from nodes.solver.dpmpp_sde import dpmpp_sde
from nodes.solver.er_sde import er_sde
from nodes.solver.euler import euler
from nodes.solver.euler_maruyama import Chart, euler_maruyama
from nodes.solver.ggf import Ggf, ggf
from nodes.solver.heun import heun
from nodes.solver.langevin import langevin
from nodes.solver.predictor_corrector import predictor_corrector
from nodes.solver.restart import restart
from nodes.solver.seeds_2 import seeds_2
from nodes.solver.seeds_3 import seeds_3
from nodes.solver.stochastic import stochastic
from tests.nodes.exact_mixture import Mixture
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.solver.test_places import EVENT, ByPlace

ALL: dict[str, Callable[[], Solver]] = {
    "ddpm": lambda: ddpm(variance_type="fixed_large"),
    "euler_maruyama": euler_maruyama,
    "euler_maruyama ve": lambda: euler_maruyama(process="ve"),
    "euler_maruyama flow": lambda: euler_maruyama(process="flow"),
    "dpmpp_2m_sde heun": lambda: dpmpp_2m_sde(solver_type="heun"),
    "dpmpp_3m_sde": dpmpp_3m_sde,
    "dpmpp_sde": dpmpp_sde,
    "seeds_2": seeds_2,
    "seeds_3": seeds_3,
    "er_sde": er_sde,
    "dpm_2_ancestral": dpm_2_ancestral,
    "dpmpp_2s_ancestral": dpmpp_2s_ancestral,
    "accelerated_ddpm": accelerated_ddpm,
    "stochastic": lambda: stochastic(heun()),
    "stochastic flow": lambda: stochastic(heun(), kind="flow", eta=0.5),
    "churn": lambda: churn(heun(), num_inference_steps=8),
    "langevin": lambda: langevin(heun()),
    "predictor_corrector": predictor_corrector,
    "restart": lambda: restart(heun()),
    "ggf": lambda: ggf(rtol=0.3),
}
each = pytest.mark.parametrize("make", list(ALL.values()), ids=list(ALL))


def grid(steps: int) -> Levels:
    """From 20 to 0.05."""
    return uniform_log_snr(num_inference_steps=steps, sigma_min=0.05, sigma_max=20.0, final_sigmas_type="sigma_min")


def levels_of(*s: float) -> Levels:
    """Levels as they are listed."""
    return Levels(torch.tensor(s, dtype=torch.float64))


def sampled(solver: Solver, levels: Levels, count: int = 4) -> Tensor:
    """The end on the mixture."""
    return solve(Mixture(), solver, pure_noise(count), levels, context()).x


@each
def test_from_pure_noise_to_data_all_is_finite(make: Callable[[], Solver]) -> None:
    end = solve(Gaussian(0.3, 0.4), make(), pure_noise(3), levels_of(math.inf, 4.0, 0.7, 0.2, 0.0), context())
    assert bool(torch.isfinite(end.x).all())


@each
def test_the_last_step_to_data_is_the_prediction(make: Callable[[], Solver]) -> None:
    end = solve(Gaussian(0.7, 1e-9), make(), pure_noise(3), karras(num_inference_steps=8), context())
    torch.testing.assert_close(end.x, torch.full((3, 2), 0.7, dtype=torch.float64), atol=4e-3, rtol=0)


@each
def test_where_the_level_rises_nothing_is_drawn(make: Callable[[], Solver]) -> None:
    noise = pure_noise(4)
    low = Sample(noise.x, torch.full((4,), 0.1, dtype=torch.float64), noise.space, noise.rows)
    ends = [
        solve(Mixture(), make(), Sample(low.x, low.s, low.space, rows), levels_of(0.1, 0.3, 1.0, 3.0), context()).x
        for rows in (low.rows, pure_noise(4, seed=8).rows)
    ]
    assert torch.equal(*ends)


@each
def test_places_that_are_known_stay_while_the_others_are_solved(make: Callable[[], Solver]) -> None:
    noise = pure_noise(3, EVENT)
    s = torch.tensor([5.0, 2.0, 0.6, 0.2, 0.0], dtype=torch.float64).reshape(5, 1, 1, 1, 1).repeat(1, 1, 1, 2, 2)
    s[:, :, :, 0, 0] = 0.0
    begin = Sample(noise.x, s[0].expand(3, 1, 2, 2), noise.space, noise.rows)
    solver, model = make(), ByPlace(0.3, 0.4, EVENT)
    if isinstance(solver, Ggf):
        with pytest.raises(InputError, match="differ by place"):
            solve(model, solver, begin, Levels(s), context())
        return
    end = solve(model, solver, begin, Levels(s), context()).x
    assert torch.equal(end[:, :, 0, 0], begin.x[:, :, 0, 0])
    assert bool(torch.isfinite(end).all())
    assert not bool((end == begin.x)[:, :, 1].any())


ROW_BY_ROW = ("ggf", "langevin", "predictor_corrector", "restart")
"""What looks at a whole row, or is of another grid where the levels are."""


@pytest.mark.parametrize("name", [name for name in ALL if name not in ROW_BY_ROW])
def test_each_place_is_what_its_own_levels_give(name: str) -> None:
    """Places in other rows of the same noise: the draws are those of the whole row."""
    tops, noise = (20.0, 5.0, 2.0, 1.0), pure_noise(2, EVENT)
    grids = [karras(num_inference_steps=5, sigma_max=top) for top in tops]
    field = torch.stack([levels.s for levels in grids], 1).reshape(6, 1, 1, 2, 2)
    together = solve(ByPlace(0.5, 0.3, EVENT), ALL[name](), noise, Levels(field), context()).x
    for place, levels in enumerate(grids):
        alone = solve(ByPlace(0.5, 0.3, EVENT), ALL[name](), noise, levels, context()).x
        row, column = divmod(place, 2)
        torch.testing.assert_close(together[..., row, column], alone[..., row, column], rtol=1e-12, atol=1e-12)


PAIRS: dict[str, tuple[Solver, Solver]] = {
    "dpmpp_2m_sde": (dpmpp_2m_sde(eta=0), dpmpp_2m()),
    "dpmpp_sde": (dpmpp_sde(eta=0), dpmpp_2s()),
    "dpmpp_2s_ancestral": (dpmpp_2s_ancestral(eta=0), dpmpp_2s()),
    "dpm_2_ancestral": (dpm_2_ancestral(eta=0), dpm_solver_2()),
    "stochastic": (stochastic(heun(), eta=0), heun()),
    "churn": (churn(heun(), s_churn=0), heun()),
    "langevin": (langevin(heun(), snr=0), heun()),
    "restart": (restart(heun(), restarts=0), heun()),
    "predictor_corrector": (predictor_corrector(snr=0), euler_maruyama(process="ve")),
}


@pytest.mark.parametrize(("nothing", "plain"), list(PAIRS.values()), ids=list(PAIRS))
def test_without_noise_it_is_the_solver_inside_bitwise(nothing: Solver, plain: Solver) -> None:
    assert torch.equal(sampled(nothing, grid(7)), sampled(plain, grid(7)))


def test_seeds_without_noise_are_the_single_steps_on_x0() -> None:
    torch.testing.assert_close(sampled(seeds_2(eta=0), grid(7)), sampled(dpmpp_2s(), grid(7)), rtol=0, atol=1e-12)


def test_eulers_method_with_noise_is_ancestral_sampling_at_eta_1() -> None:
    one, other = sampled(stochastic(euler()), grid(9)), sampled(ancestral(), grid(9))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-11)


def test_what_is_fixed_small_is_ddim() -> None:
    assert torch.equal(sampled(ddpm(), grid(9)), sampled(ddim(eta=1.0), grid(9)))


def test_the_fixed_large_variance_is_right_for_normal_data() -> None:
    """For N(0, 1) the posterior of a step has the variance 1 − (α/α')²."""
    state_s, then = 3.0, 1.2
    noise = pure_noise(4)
    begin = Sample(noise.x, torch.full((4,), state_s, dtype=torch.float64), noise.space, noise.rows)
    solver = ddpm(variance_type="fixed_large")
    state = solver.start(begin, levels_of(state_s, then), context())
    kernel = solver.kernel(Gaussian(0.0, 1.0), state, torch.full((4,), then, dtype=torch.float64), context())
    share = math.sqrt((1 + then**2) / (1 + state_s**2))
    torch.testing.assert_close(kernel.std, torch.full((4,), math.sqrt(1 - share**2), dtype=torch.float64))
    torch.testing.assert_close(kernel.mean, share * begin.x)


@pytest.mark.parametrize("process", ["vp", "ve"])
def test_euler_maruyama_is_the_equation_of_its_process(process: Chart) -> None:
    s, then, count = 2.0, 1.5, 4
    noise = pure_noise(count)
    begin = Sample(noise.x, torch.full((count,), s, dtype=torch.float64), noise.space, noise.rows)
    solver, model = euler_maruyama(process=process), Gaussian(0.3, 0.5)
    state = solver.start(begin, levels_of(s, then), context())
    kernel = solver.kernel(model, state, torch.full((count,), then, dtype=torch.float64), context())
    alpha, sigma = 1 / math.sqrt(1 + s * s), s / math.sqrt(1 + s * s)
    score = -(begin.x - alpha * 0.3) / (0.5 * alpha**2 + sigma**2)
    if process == "vp":
        passed = math.log((1 + s * s) / (1 + then * then))
        mean, std = begin.x + passed * (begin.x / 2 + score), math.sqrt(passed)
    else:
        shrunk = 1 / math.sqrt(1 + then * then)
        mean = shrunk * (begin.x / alpha + (s * s - then * then) * score * alpha)
        std = shrunk * math.sqrt(s * s - then * then)
    torch.testing.assert_close(kernel.mean, mean)
    torch.testing.assert_close(kernel.std, torch.full((count,), std, dtype=torch.float64))


def test_dpmpp_3m_sde_compat_is_the_formula_of_k_diffusion() -> None:
    """Its third step, by the answers of the first three, written out in y."""
    s = [6.0, 3.5, 2.2, 1.1]
    solver, model, ctx = dpmpp_3m_sde(form="compat"), Gaussian(0.4, 0.7), context()
    noise = pure_noise(3)
    state = solver.start(noise, levels_of(*s), ctx)
    answers = []
    for then in s[1:]:
        to = torch.full((3,), then, dtype=torch.float64)
        kernel, before = solver.kernel(model, state, to, ctx), state
        assert isinstance(kernel, GaussianKernel)
        state = kernel.at(kernel.sample(ctx))
        assert state.pred is not None
        answers.append(state.pred.x0)
    h0, h1, h = (math.log(a / b) for a, b in pairwise(s))
    twice, (m2, m1, m0) = 2 * h, answers
    r0, r1 = h1 / h, h0 / h
    d10, d11 = (m0 - m1) / r0, (m1 - m2) / r1
    d1, d2 = d10 + (d10 - d11) * r0 / (r0 + r1), (d10 - d11) / (r0 + r1)
    phi2 = math.expm1(-twice) / twice + 1
    y = before.x * math.sqrt(1 + s[2] ** 2)
    mean = math.exp(-twice) * y - math.expm1(-twice) * m0 + phi2 * d1 - (phi2 / twice - 0.5) * d2
    torch.testing.assert_close(kernel.mean, mean / math.sqrt(1 + s[3] ** 2))
    std = s[3] * math.sqrt(-math.expm1(-2 * h)) / math.sqrt(1 + s[3] ** 2)
    torch.testing.assert_close(kernel.std, torch.full((3,), std, dtype=torch.float64))


PATHS: dict[str, Callable[[], Solver]] = {
    "euler_maruyama": lambda: euler_maruyama(path=True),
    "dpmpp_3m_sde": lambda: dpmpp_3m_sde(path=True),
    "dpmpp_sde": lambda: dpmpp_sde(path=True),
    "seeds_2": lambda: seeds_2(path=True),
    "seeds_3": lambda: seeds_3(path=True),
    "stochastic": lambda: stochastic(heun(), path=True),
}


@pytest.fixture(scope="module")
def along_the_path() -> Tensor:
    """Where the Brownian paths of some rows lead, in many small steps."""
    return sampled(dpmpp_2m_sde(path=True), grid(160), 5)


@pytest.mark.parametrize("make", list(PATHS.values()), ids=list(PATHS))
def test_finer_steps_come_to_the_one_sample_of_the_path(make: Callable[[], Solver], along_the_path: Tensor) -> None:
    coarse, fine = (
        float((sampled(make(), grid(steps), 5) - along_the_path).square().mean().sqrt()) for steps in (6, 40)
    )
    assert fine < coarse / 1.8
    assert fine < 0.15


def test_gotta_go_fast_keeps_to_the_path_however_often_it_tries(along_the_path: Tensor) -> None:
    ends = [sampled(ggf(rtol=rtol, atol=0.001), levels_of(20.0, 0.05), 5) for rtol in (0.3, 0.03)]
    coarse, fine = (float((end - along_the_path).square().mean().sqrt()) for end in ends)
    assert fine < min(coarse, 0.2)


def test_gotta_go_fast_tells_what_each_row_has_cost() -> None:
    ctx = context()
    sample = solve(Mixture(), ggf(rtol=0.1), pure_noise(4), levels_of(20.0, 0.5, 0.0), ctx)
    assert float(sample.aux["ggf/asked"].sum()) == ctx.meter.rows
    assert len(set(sample.aux["ggf/asked"].tolist())) > 1
    assert bool((sample.aux["ggf/rejected"] >= 0).all())


def test_gotta_go_fast_gives_up_where_no_step_is_small_enough() -> None:
    with pytest.raises(InputError, match="tolerance"):
        sampled(ggf(rtol=0.0, atol=1e-9, max_steps=3), levels_of(20.0, 1.0))


def test_a_correction_moves_by_the_norms_of_its_row_of_the_batch_or_by_the_level() -> None:
    s, model, ctx = 1.5, Gaussian(0.2, 0.6), context()
    noise = pure_noise(3)
    begin = Sample(noise.x, torch.full((3,), s, dtype=torch.float64), noise.space, noise.rows)
    state = euler().start(begin, levels_of(s, 1.0), ctx)
    y = begin.x * math.sqrt(1 + s * s)
    eps, sigma = s * (y - 0.2) / (0.6 + s * s), s / math.sqrt(1 + s * s)
    z = ctx.noise.normal(state, "langevin", 0)
    ratios = {
        "row": z.norm(dim=1) / (eps / sigma).norm(dim=1),
        "batch": (z.norm(dim=1).mean() / (eps / sigma).norm(dim=1).mean()).expand(3),
        "level": torch.full((3,), sigma, dtype=torch.float64),
    }
    for norms in ("row", "batch", "level"):
        solver = langevin(euler(), snr=0.1, norms=norms)
        found = solver.step(model, state, torch.full((3,), 1.0, dtype=torch.float64), ctx)
        size = 2 * (0.1 * ratios[norms][:, None]) ** 2
        moved = begin.x - size * eps / sigma + torch.sqrt(2 * size) * z
        there = Sample(moved, begin.s, begin.space, begin.rows)
        expected = solve(model, euler(), there, levels_of(s, 1.0), context())
        torch.testing.assert_close(found.x, expected.x)


def test_restarts_cost_their_steps_and_happen_where_the_levels_cross() -> None:
    crossing, above = levels_of(5.0, 1.0, 0.2, 0.05, 0.0), levels_of(5.0, 1.0, 0.6)
    for levels, more in ((crossing, 2 * 2 * 3), (above, 0)):
        counts = []
        for solver in (heun(), restart(heun(), restarts=2, s_min=0.1, s_max=0.5, num_restart_steps=3)):
            ctx = context()
            solve(Mixture(), solver, pure_noise(2), levels, ctx)
            counts.append(ctx.meter.rows / 2)
        assert counts[1] - counts[0] == more


@pytest.mark.parametrize("wrap", [stochastic, churn, restart])
def test_noise_is_not_added_to_a_solver_that_draws(wrap: Callable[[Solver], Solver]) -> None:
    with pytest.raises(InputError, match="deterministic"):
        wrap(ancestral())


def test_churn_leaves_levels_outside_its_window_alone() -> None:
    solver = churn(heun(), s_tmin=30.0, s_tmax=60.0)
    assert torch.equal(sampled(solver, grid(6)), sampled(heun(), grid(6)))


def test_a_multistep_solver_forgets_the_way_before_the_noise() -> None:
    """With noise before every step a multistep solver has no way behind it: its steps are DDIM's."""
    made = [
        sampled(churn(inner, s_tmin=0.0, s_tmax=math.inf, num_inference_steps=12), grid(12))
        for inner in (dpmpp_2m(), ddim())
    ]
    torch.testing.assert_close(*made, rtol=0, atol=1e-12)


def test_rows_that_no_noise_is_added_to_remember() -> None:
    """Rows below the window beside rows within it, in one batch: each as by itself."""
    solver, levels = churn(dpmpp_2m(), s_tmin=0.5, s_tmax=math.inf, num_inference_steps=8), grid(8)
    states = list(drive(Mixture(), solver, pure_noise(2), levels, context()))
    early, late = states[2].take(torch.tensor([0])), states[-3].take(torch.tensor([1]))
    to = torch.stack([levels.s[3], levels.s[-2]])
    assert float(late.s) < 0.5 < float(early.s)
    both = advance(Mixture(), solver, State.cat([early, late]), to, context())
    expected = State.cat([states[3].take(torch.tensor([0])), states[-2].take(torch.tensor([1]))])
    torch.testing.assert_close(both.x, expected.x, rtol=0, atol=1e-12)
