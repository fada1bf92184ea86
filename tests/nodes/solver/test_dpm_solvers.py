"""DPM-Solver's single steps: identities between them, and groups that begin anew where they must."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.solver.dpm_solver_2 import dpm_solver_2
from nodes.solver.dpm_solver_3 import dpm_solver_3
from nodes.solver.dpm_solver_fast import dpm_solver_fast
from nodes.solver.dpmpp_2s import dpmpp_2s
from nodes.solver.euler import euler
from nodes.solver.res_2s import res_2s
from nodes.solver.res_3s import res_3s
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.solver.test_heun import at_top


def levels(*values: float) -> Levels:
    """Levels of all rows."""
    return Levels(torch.tensor(values, dtype=torch.float64))


def noise_at(y: Tensor, s: float) -> Tensor:
    """ε of the mixture at y."""
    return (y - posterior_mean(y, torch.full((len(y),), s, dtype=torch.float64))) / s


def test_dpm_solver_2_is_the_slope_at_the_middle_of_log_snr() -> None:
    """DPM2 of k-diffusion: y' = y + (s' − s) ε(y + (s_q − s) ε, s_q), s_q = √(s s')."""
    s, after = 4.0, 1.5
    begin, middle = at_top(5, s), math.sqrt(s * after)
    y = begin.x * math.sqrt(1 + s * s)
    y = y + (after - s) * noise_at(y + (middle - s) * noise_at(y, s), middle)
    found = solve(Mixture(), dpm_solver_2(), begin, levels(s, after), context()).x
    torch.testing.assert_close(found, y / math.sqrt(1 + after * after), rtol=1e-13, atol=1e-14)


def test_dpm_solver_3_is_the_papers_algorithm() -> None:
    s, after = 3.0, 0.8
    begin, h = at_top(5, s), math.log(3.0 / 0.8)
    x, e = begin.x, noise_at(begin.x * math.sqrt(1 + s * s), s)
    alpha, r1, r2 = 1 / math.sqrt(1 + s * s), 1 / 3, 2 / 3
    points = {share: s * math.exp(-share * h) for share in (r1, r2, 1.0)}
    alphas = {share: 1 / math.sqrt(1 + level**2) for share, level in points.items()}
    sigmas = {share: level * alphas[share] for share, level in points.items()}
    u1 = alphas[r1] / alpha * x - sigmas[r1] * math.expm1(r1 * h) * e
    d1 = noise_at(u1 / alphas[r1], points[r1]) - e
    u2 = alphas[r2] / alpha * x - sigmas[r2] * math.expm1(r2 * h) * e
    u2 = u2 - sigmas[r2] * r2 / r1 * (math.expm1(r2 * h) / (r2 * h) - 1) * d1
    d2 = noise_at(u2 / alphas[r2], points[r2]) - e
    end = alphas[1.0] / alpha * x - sigmas[1.0] * math.expm1(h) * e
    end = end - sigmas[1.0] / r2 * (math.expm1(h) / h - 1) * d2
    found = solve(Mixture(), dpm_solver_3(), begin, levels(s, after), context()).x
    torch.testing.assert_close(found, end, rtol=1e-12, atol=1e-13)


def test_dpmpp_2s_and_res_2s_differ_by_their_weights_only() -> None:
    s, after = 3.0, 0.8
    begin, h = at_top(5, s), math.log(3.0 / 0.8)
    alpha, alpha_next, sigma = 1 / math.sqrt(1 + s * s), 1 / math.sqrt(1 + after**2), s / math.sqrt(1 + s * s)
    middle = math.sqrt(s * after)
    alpha_q = 1 / math.sqrt(1 + middle**2)
    here = torch.full((5,), s, dtype=torch.float64)
    x0 = posterior_mean(begin.x / alpha, here)
    u = middle * alpha_q / sigma * begin.x - alpha_q * math.expm1(-h / 2) * x0
    x0_q = posterior_mean(u / alpha_q, torch.full((5,), middle, dtype=torch.float64))
    phi_1 = -math.expm1(-h) / h
    for solver, second in ((dpmpp_2s(), phi_1), (res_2s(), 2 * (1 - phi_1) / h)):
        end = after * alpha_next / sigma * begin.x + alpha_next * h * ((phi_1 - second) * x0 + second * x0_q)
        found = solve(Mixture(), solver, begin, levels(s, after), context()).x
        torch.testing.assert_close(found, end, rtol=1e-12, atol=1e-13)


def test_where_x0_does_not_change_methods_on_x0_are_exact_at_any_length() -> None:
    """Data that is one point: x0 is that point, and x goes on its straight line."""
    begin, model = at_top(4, 50.0), Gaussian(mean=0.4, variance=1e-14)
    expected = solve(model, euler(), begin, levels(50.0, 0.01), context()).x
    for solver in (dpmpp_2s(), res_2s(), res_3s()):
        found = solve(model, solver, begin, levels(50.0, 0.01), context()).x
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-9)


def test_the_first_steps_of_a_group_are_the_stages_of_dpm_solver_3() -> None:
    """Over levels that are even in log-SNR; the end is by a parabola through all three, so it differs."""
    grid = levels(*(8.0 * math.exp(-0.3 * number) for number in range(5)))
    found = solve(Mixture(), dpm_solver_fast(), at_top(5, 8.0), Levels(grid.s), context())
    single = solve(Mixture(), dpm_solver_3(), at_top(5, 8.0), Levels(grid.s[[0, 3]]), context())
    tail = solve(Mixture(), euler(), single, Levels(grid.s[3:]), context())
    torch.testing.assert_close(found.x, tail.x, rtol=0, atol=5e-3)
    assert not torch.equal(found.x, tail.x)


def test_a_group_begins_anew_where_the_level_turns() -> None:
    """Of the four steps the third turns: one of order 1 and one of 2 down, then the same up from there."""
    begin = at_top(5, 4.0)
    found = solve(Mixture(), dpm_solver_fast(), begin, levels(4.0, 2.5, 1.0, 2.0, 3.5), context()).x
    down = solve(Mixture(), dpm_solver_fast(), begin, levels(4.0, 2.5, 1.0), context())
    again = solve(Mixture(), dpm_solver_fast(), down, levels(1.0, 2.0, 3.5), context()).x
    torch.testing.assert_close(found, again, rtol=1e-13, atol=1e-14)


def test_a_group_is_begun_after_pure_noise_and_the_last_step_to_data_is_eulers() -> None:
    model, noise, ctx = Gaussian(mean=0.4, variance=0.3), pure_noise(3), context()
    reached = solve(model, dpm_solver_fast(), noise, levels(math.inf, 9.0), ctx)
    torch.testing.assert_close(reached.x, (0.4 + 9.0 * noise.x) / math.sqrt(82))
    end = solve(model, dpm_solver_fast(), at_top(3, 0.5), levels(0.5, 0.0), ctx).x
    torch.testing.assert_close(end, solve(model, euler(), at_top(3, 0.5), levels(0.5, 0.0), ctx).x)
