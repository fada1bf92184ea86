"""A bridge is a unit diffusion of what its far end does not explain."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, eps_of
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.levels.karras import karras
from nodes.model.bridge import bridge as node
from nodes.processes.bridge import Bridge, Bridged
from nodes.processes.exploding import Straight
from nodes.processes.linear import Linear
from nodes.solver.heun import heun
from tests.nodes.gaussian import context
from tests.nodes.model.laws import x0_of

BRIDGES = [Bridge(Straight(0.0, 2.5)), Bridge(Linear(0.1, 2.0, 0.0))]
every_bridge = pytest.mark.parametrize("bridge", BRIDGES, ids=["ve", "vp"])


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def ends(*values: float) -> Sample:
    x = numbers(*values)[:, None]
    return Sample(x, torch.zeros(len(x)).double(), Space("points", (1,)), Rows.first(0, len(x)))


def model(*values: float, **changes: float) -> Bridged:
    given = ends(*values)
    found = node(
        given,
        matrix=(changes.get("matrix", 0.5),),
        offsets=(changes.get("offset", 0.4),),
        std=changes.get("std", 0.6),
        sigma_max=changes.get("sigma_max", 1.0),
        run=RunContext(Meter()),
    )
    assert isinstance(found, Bridged)
    return found


@every_bridge
def test_the_kernel_is_that_of_the_paper(bridge: Bridge) -> None:
    t = torch.linspace(0.05, 0.95, 7, dtype=torch.float64) * bridge.process.last
    r = bridge.process.level(t)
    alpha, last = bridge.process.alpha(r), bridge.process.alpha(numbers(bridge.end))
    ratio = r**2 / bridge.end**2  # SNR_T/SNR_t
    a, b, c = alpha / last * ratio, alpha * (1 - ratio), (r * alpha) ** 2 * (1 - ratio)
    found = bridge.kernel(torch.sqrt(c) / b)
    for value, expected in zip(found, (a, b, c), strict=True):
        assert torch.allclose(value, expected, rtol=1e-9, atol=1e-12)


@every_bridge
def test_both_ends_of_a_bridge(bridge: Bridge) -> None:
    x, far = numbers(0.3, -2.0)[:, None], numbers(1.5, -0.7)[:, None]
    assert torch.equal(bridge.native(x, numbers(math.inf, math.inf), far), far)
    assert torch.allclose(bridge.native(x, numbers(0.0, 0.0), far), x, atol=1e-12)


def test_the_answer_is_bayes_for_the_point_of_the_bridge() -> None:
    exact, x, s = model(1.5, -0.7, sigma_max=0.8), numbers(0.3, -2.0)[:, None], numbers(0.4, 3.0)
    a, b, c = exact.bridge.kernel(s)
    native = exact.bridge.native(x, s, exact.ends)
    # x_t | x0, x_T ~ N(a x_T + b x0, c) and x0 | x_T ~ N(x_T/2 + 0.4, 0.36).
    precision = b**2 / c + 1 / 0.36
    pull = b * (native[:, 0] - a * exact.ends[:, 0]) / c + (exact.ends[:, 0] / 2 + 0.4) / 0.36
    assert torch.allclose(x0_of(exact, x, s)[:, 0], pull / precision, atol=1e-12)


def test_what_is_left_is_a_diffusion_of_any_other_process_too() -> None:
    given, x, s = ends(1.5, -0.7), numbers(0.3, -2.0)[:, None], numbers(0.4, 3.0)
    exploding = node(given, matrix=(0.5,), std=0.6, run=RunContext(Meter()))
    preserving = node(given, matrix=(0.5,), std=0.6, process="vp_linear", run=RunContext(Meter()))
    assert torch.allclose(x0_of(exploding, x, s), x0_of(preserving, x, s), atol=1e-10)


def test_several_images_are_weighed_by_bayes() -> None:
    exact = node(ends(1.0), offsets=(-1.0, 0.5), std=0.3, sigma_max=0.8, run=RunContext(Meter()))
    assert isinstance(exact, Bridged)
    line = torch.linspace(-3, 4, 7001, dtype=torch.float64)
    prior = torch.logaddexp(-0.5 * (line / 0.3) ** 2, -0.5 * ((line - 1.5) / 0.3) ** 2)
    for s in (0.3, 1.0, 6.0):
        for x in (-0.4, 0.8):
            a, b, c = (float(value) for value in exact.bridge.kernel(numbers(s)))
            native = float(exact.bridge.native(numbers(x)[:, None], numbers(s), exact.ends))
            shares = torch.softmax(prior - (native - a - b * line) ** 2 / (2 * c), 0)
            assert x0_of(exact, numbers(x)[:, None], s).item() == pytest.approx(float(shares @ line), abs=1e-8)


def test_both_ends_are_finite_in_either_precision() -> None:
    exact, x = model(1.5, -0.7), numbers(0.3, -2.0)[:, None]
    assert torch.allclose(x0_of(exact, x, math.inf)[:, 0], numbers(1.15, 0.05), atol=1e-12)
    assert torch.allclose(x0_of(exact, x, 0.0), x, atol=1e-12)
    for s in (0.0, 1e-6, 1e6, math.inf):
        assert torch.allclose(x0_of(exact, x.float(), s).double(), x0_of(exact, x, s), atol=1e-5)


def test_the_oracle_of_the_specification() -> None:
    """x0 | x_T ~ N(0.4, 0.6²) in one dimension, x_T fixed: any solver comes to .400 and .599 for .4 and .6."""
    exact = model(1.0, matrix=0.0)
    # The probability flow is linear in the noise: −1, 0 and 1 become mean − std, mean and mean + std.
    start = Sample(numbers(-1, 0, 1)[:, None], numbers(*[math.inf] * 3), exact.space, Rows.first(0, 3))
    levels = Levels(torch.cat([numbers(math.inf), karras(num_inference_steps=100).s]))
    low, mean, high = solve(exact, heun(), start, levels, context()).x[:, 0].tolist()
    assert mean == pytest.approx(0.4, abs=1e-6)
    assert (high - low) / 2 == pytest.approx(0.6, abs=1.5e-3)


def test_each_row_keeps_its_own_end_wherever_it_is_asked() -> None:
    exact = model(-3.0, 0.0, 3.0, matrix=1.0, offset=0.0, std=0.01)
    start = Sample(torch.zeros(5, 1).double(), numbers(*[math.inf] * 5), exact.space, Rows.first(0, 5))
    levels = Levels(numbers(math.inf, 5.0, 1.0, 0.2, 0.0))
    found = solve(exact, heun(), start, levels, context())
    assert torch.allclose(found.x[:, 0], numbers(-3, 0, 3, -3, 0), atol=0.02)
    turned = solve(exact, heun(), start.take(torch.tensor([4, 2])), levels, context())
    assert torch.allclose(turned.x, found.x[[4, 2]], atol=1e-12)


def test_gradients_of_the_answer_are_right() -> None:
    exact, x = model(1.5, -0.7), numbers(0.3, -2.0)[:, None].requires_grad_()
    assert torch.autograd.gradcheck(lambda point: x0_of(exact, point, 0.7), (x,))


def test_wrong_ends_and_lists_are_refused() -> None:
    given = ends(1.0)
    noised = Sample(given.x, numbers(1.0), given.space, given.rows)
    with pytest.raises(InputError, match="no clean points"):
        node(noised, run=RunContext(Meter()))
    with pytest.raises(InputError, match="wrong number"):
        node(given, matrix=(1.0, 2.0), run=RunContext(Meter()))


def test_the_noise_that_a_bridge_begins_with_says_nothing() -> None:
    # At s = inf x is the noise alone, and ε is x.
    exact, x = model(1.0), numbers(0.7, -0.1)[:, None]
    assert torch.equal(eps_of(x, x0_of(exact, x, math.inf), numbers(math.inf, math.inf)), x)
