"""Each process node against the formula of its paper."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.process import Process
from nodes.process.discrete import discrete
from nodes.process.edm import edm
from nodes.process.flow import flow
from nodes.process.flow_by_resolution import flow_by_resolution
from nodes.process.input_scale import input_scale
from nodes.process.mean_reverting import mean_reverting
from nodes.process.ou_ve import ou_ve
from nodes.process.sub_vp import sub_vp
from nodes.process.trigonometric import trigonometric
from nodes.process.ve import ve
from nodes.process.vp_cosine import vp_cosine
from nodes.process.vp_linear import vp_linear
from nodes.process.vp_scaled_cosine import vp_scaled_cosine
from nodes.process.vp_sigmoid import vp_sigmoid
from nodes.processes.reverting import Pull

TIMES = torch.tensor([0.1, 0.35, 0.6, 0.9], dtype=torch.float64)


def alpha_and_sigma(process: Process, t: Tensor = TIMES) -> tuple[Tensor, Tensor]:
    s = process.level(t)
    alpha = process.alpha(s)
    return alpha, s * alpha


def same(found: Tensor, expected: Tensor) -> bool:
    return torch.allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_sub_vp_has_the_signal_of_vp_and_less_noise() -> None:
    (alpha, sigma), (same_alpha, more) = alpha_and_sigma(sub_vp()), alpha_and_sigma(vp_linear())
    assert same(alpha, same_alpha)
    assert same(sigma, 1 - alpha.square())
    assert bool((sigma < more).all())


def test_the_noise_of_sub_vp_grows_as_its_paper_says() -> None:
    """d(σ²)/dt + β σ² = g² with g² = β (1 − exp(−2 ∫β))."""
    process, beta = sub_vp(), 0.1 + TIMES * 19.9
    alpha, sigma = alpha_and_sigma(process)
    growth = 2 * sigma * process.rates(TIMES).sigma + beta * sigma.square()
    assert same(growth, beta * (1 - alpha**4))


@pytest.mark.parametrize(("start", "end", "tau"), [(-3.0, 3.0, 1.0), (0.0, 3.0, 0.7)])
def test_the_sigmoid_is_that_of_its_paper(start: float, end: float, tau: float) -> None:
    alpha, sigma = alpha_and_sigma(vp_sigmoid(start=start, end=end, tau=tau))
    low, high, at = (1 / (1 + math.e ** (-u / tau)) for u in (start, end, TIMES * (end - start) + start))
    assert same(alpha.square(), (high - at) / (high - low))
    assert same(alpha.square() + sigma.square(), torch.ones(4, dtype=torch.float64))


@pytest.mark.parametrize(("start", "tau"), [(0.2, 1.0), (0.0, 2.0)])
def test_the_scaled_cosine_is_that_of_its_paper(start: float, tau: float) -> None:
    alpha, _ = alpha_and_sigma(vp_scaled_cosine(start=start, tau=tau))
    at = torch.cos((TIMES * (1 - start) + start) * math.pi / 2) ** (2 * tau)
    assert same(alpha.square(), at / math.cos(start * math.pi / 2) ** (2 * tau))


def test_processes_by_a_curve_begin_at_data_and_end_at_a_billionth_of_signal() -> None:
    for process in (vp_sigmoid(), vp_scaled_cosine(), vp_scaled_cosine(tau=3.0)):
        last = process.alpha(process.level(torch.tensor(1.0, dtype=torch.float64)))
        assert float(last.square()) == pytest.approx(1e-9, rel=1e-5)
        assert float(process.level(torch.tensor(0.0, dtype=torch.float64))) < 0.1


def test_the_trigonometric_process_goes_along_a_circle() -> None:
    alpha, sigma = alpha_and_sigma(trigonometric(sigma_data=0.5))
    assert same(alpha, torch.cos(TIMES))
    assert same(sigma, 0.5 * torch.sin(TIMES))


def test_a_shifted_flow_tells_the_shifted_time() -> None:
    _, sigma = alpha_and_sigma(flow(shift=3.0))
    assert same(sigma, 3 * TIMES / (1 + 2 * TIMES))


@pytest.mark.parametrize(("side", "mu"), [(256, 0.5), (1024, 1.15), (512, 0.5 + 0.65 * 768 / 3840)])
def test_the_shift_of_a_picture_is_on_the_line_of_its_tokens(side: int, mu: float) -> None:
    found = flow_by_resolution(width=side, height=side).level(TIMES)
    assert same(found, math.exp(mu) * TIMES / (1 - TIMES))


def test_pictures_of_as_many_tokens_have_one_shift() -> None:
    assert flow_by_resolution(width=512, height=2048).digest == flow_by_resolution(width=1024, height=1024).digest


def test_scaled_input_moves_the_log_of_signal_to_noise_by_the_log_of_the_scale() -> None:
    before, after = vp_linear().level(TIMES), input_scale(vp_linear(), scale=0.4).level(TIMES)
    assert same(-after.log(), -before.log() + math.log(0.4))


def test_a_flow_of_smaller_input_is_a_shifted_flow() -> None:
    smaller, shifted = input_scale(flow(), scale=0.25), flow(shift=4.0)
    assert same(smaller.level(TIMES), shifted.level(TIMES))


def test_what_a_network_of_smaller_input_sees_has_variance_one() -> None:
    """√γ b x0 + √(1 − γ) ε over its standard deviation √((b² − 1) γ + 1)."""
    gamma = vp_cosine().alpha(vp_cosine().level(TIMES)).square()
    alpha, sigma = alpha_and_sigma(input_scale(vp_cosine(), scale=0.4))
    std = torch.sqrt((0.4**2 - 1) * gamma + 1)
    assert same(alpha, 0.4 * gamma.sqrt() / std)
    assert same(sigma, (1 - gamma).sqrt() / std)


def test_a_rescaled_table_ends_at_pure_noise_and_begins_where_it_did() -> None:
    plain, rescaled = discrete(), discrete(rescale_betas_zero_snr=True)
    ends = torch.tensor([0.0, 999.0], dtype=torch.float64)
    assert rescaled.level(ends).tolist() == [pytest.approx(float(plain.level(ends)[0]), rel=1e-12), math.inf]
    roots = [process.alpha(process.level(torch.arange(1000, dtype=torch.float64))) for process in (plain, rescaled)]
    straight = (roots[0] - roots[0][-1]) * roots[0][0] / (roots[0][0] - roots[0][-1])
    assert torch.allclose(roots[1], straight, rtol=1e-9, atol=1e-12)


def test_a_table_of_ones_own_is_taken_as_it_is() -> None:
    process = discrete(beta_schedule="own", alphas_cumprod=(0.9, 0.5, 0.2))
    assert same(process.level(torch.arange(3)), torch.tensor([1 / 9, 1.0, 4.0], dtype=torch.float64).sqrt())
    with pytest.raises(InputError, match="no table"):
        discrete(beta_schedule="own", alphas_cumprod=(0.5, 0.9))


def test_whole_times_keep_the_level_of_the_time_that_is_told() -> None:
    """A level between two times: a fraction keeps it, a whole time moves it to the table's own level."""
    s = torch.tensor([0.7], dtype=torch.float64)
    whole, fine = discrete(whole_times=True), discrete()
    assert same(fine.level(fine.time(s)), s)
    number = whole.time(s)
    assert float(number) == round(float(fine.time(s)))
    assert float(whole.level(number)) == pytest.approx(float(fine.level(number)), rel=1e-12)
    assert float(whole.level(number)) != float(s)


def test_times_of_ve_and_edm_are_its_levels_by_their_papers() -> None:
    assert same(ve(sigma_min=0.1, sigma_max=10.0).level(TIMES), 0.1 * 100**TIMES)
    assert same(edm().level(TIMES), TIMES)


def test_ends_in_the_wrong_order_are_refused() -> None:
    for exploding in (ve, edm):
        with pytest.raises(InputError, match="sigma_min"):
            exploding(sigma_min=2.0, sigma_max=1.0)
    for curve in (vp_sigmoid, vp_scaled_cosine):
        with pytest.raises(InputError, match="start is not below end"):
            curve(start=0.5, end=0.5)
    with pytest.raises(InputError, match="no line"):
        flow_by_resolution(base_image_seq_len=9, max_image_seq_len=9)


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_a_mean_reverting_process_diffuses_as_it_is_pulled(schedule: Pull) -> None:
    """α' = −f α and d(σ²)/dt = −2 f σ² + g² with g² = 2 σ∞² f, so σ² = σ∞² (1 − α²); at the end α is delta."""
    process = mean_reverting(sigma_inf=0.3, timesteps=50, schedule=schedule, delta=0.02)
    t = torch.tensor([1.3, 7.5, 20.2, 49.9], dtype=torch.float64)
    alpha, sigma = alpha_and_sigma(process, t)
    rates = process.rates(t)
    pull = -rates.alpha / alpha
    assert same(sigma.square(), 0.09 * (1 - alpha.square()))
    assert same(2 * sigma * rates.sigma, -2 * pull * sigma.square() + 2 * 0.09 * pull)
    last = process.alpha(process.level(torch.tensor(50.0, dtype=torch.float64)))
    assert float(last) == pytest.approx(0.02, rel=1e-12)


def test_the_cosine_of_the_mean_reverting_process_is_summed_over_whole_times() -> None:
    process = mean_reverting(timesteps=10, delta=0.01)
    part = [((k + 1) / 12 + 0.008) / 1.008 * math.pi / 2 for k in range(11)]
    speeds = [1 - math.cos(u) ** 2 / math.cos(0.008 / 1.008 * math.pi / 2) ** 2 for u in part]
    whole = torch.arange(1, 11, dtype=torch.float64)
    alpha, _ = alpha_and_sigma(process, whole)
    expected = [0.01 ** (sum(speeds[1 : k + 1]) / sum(speeds[1:])) for k in range(1, 11)]
    assert alpha.tolist() == pytest.approx(expected, rel=1e-12)


def test_ou_ve_follows_its_equation() -> None:
    """α' = −θ α and d(σ²)/dt = −2 θ σ² + g² with g² = 2 ln r (σ_min r^t)²; σ is 0 at time 0."""
    process, r = ou_ve(stiffness=1.5, sigma_min=0.05, sigma_max=0.5), 10.0
    alpha, sigma = alpha_and_sigma(process)
    rates = process.rates(TIMES)
    assert same(alpha, torch.exp(-1.5 * TIMES))
    closed = 0.0025 * (r ** (2 * TIMES) - torch.exp(-3 * TIMES)) * math.log(r) / (1.5 + math.log(r))
    assert same(sigma.square(), closed)
    assert same(2 * sigma * rates.sigma, -3 * sigma.square() + 2 * math.log(r) * (0.05 * r**TIMES).square())
    with pytest.raises(InputError):
        ou_ve(sigma_min=0.5, sigma_max=0.05)
