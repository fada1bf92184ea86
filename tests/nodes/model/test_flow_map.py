"""The flow map: it lands where the flow does, goes on where it stopped, and is an average velocity."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels, eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.exact.gaussian import Gaussian
from nodes.guidance.apg import apg
from nodes.model.flow_map import flow_map
from nodes.solver.euler import euler
from tests.laws.exact import Spelling
from tests.nodes.exact_mixture import Mixture as Mixed
from tests.nodes.exact_mixture import flow_along
from tests.nodes.gaussian import Gaussian as Simple
from tests.nodes.gaussian import context, means, pure_noise
from tests.nodes.model.laws import mixture, points

ENDS = ((math.inf, 0.0), (0.0, math.inf), (200.0, 0.03), (0.8, 6.0), (6.0, 0.0), (0.0, 0.8))


def question(x: Tensor, s: float | Tensor, to: float | Tensor) -> Query:
    """About a batch on the way from level to level."""
    begin, end = (torch.as_tensor(value, dtype=torch.float64).expand(len(x)) for value in (s, to))
    return Query(x, begin, end, Rows.first(0, len(x)), torch.zeros(len(x), dtype=torch.int64))


def moved(model: Model, x: Tensor, s: float, to: float) -> Tensor:
    """G(x, s, to): the straight step of the answer."""
    q = question(x, s, to)
    answer = predict(model, q, context())
    return place(answer.x0, eps_of(x, answer.x0, q.s) if answer.eps is None else answer.eps, q.to)


def gaussian() -> Gaussian:
    """One that is not round."""
    covariance = torch.tensor([[0.5, 0.2], [0.2, 0.3]], dtype=torch.float64)
    return Gaussian(Space("plane", (2,)), torch.tensor([0.7, -0.4], dtype=torch.float64), covariance)


@pytest.mark.parametrize(("s", "to"), ENDS)
def test_one_step_is_the_closed_form_of_a_gaussian_between_all_ends(s: float, to: float) -> None:
    model, x = gaussian(), points()
    ends = question(x, s, to)
    expected = model.flow_map(x, ends.s, ends.to)
    torch.testing.assert_close(moved(flow_map(model), x, s, to), expected, rtol=0, atol=1e-5)


def test_one_step_is_the_fine_solution_of_a_mixture() -> None:
    x = points(12)
    torch.testing.assert_close(
        moved(flow_map(Mixed(), substeps=100), x, 20.0, 0.05), flow_along(x, 20.0, 0.05), rtol=0, atol=1e-5
    )


def test_the_error_shrinks_with_the_fourth_power_of_the_substeps() -> None:
    exact = moved(flow_map(mixture(), substeps=160), points(), math.inf, 0.0)
    errors = [float((moved(flow_map(mixture(), substeps=n), points(), math.inf, 0.0) - exact).norm()) for n in (20, 40)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize(("s", "to"), [(math.inf, 0.0), (0.0, math.inf), (40.0, 0.02)])
def test_two_jumps_are_one(s: float, to: float) -> None:
    model, x = flow_map(mixture(), substeps=60), points()
    there = moved(model, moved(model, x, s, 0.5), 0.5, to)
    torch.testing.assert_close(there, moved(model, x, s, to), rtol=0, atol=5e-5)


def test_every_grid_of_euler_ends_at_the_same_points() -> None:
    model = flow_map(mixture(), substeps=40)
    grids = ([math.inf, 0.0], [math.inf, 2.0, 0.0], [math.inf, 5.0, 0.6, 0.1, 0.0])
    ends = [solve(model, euler(), pure_noise(6), Levels(torch.tensor(grid)), context()).x for grid in grids]
    for other in ends[1:]:
        torch.testing.assert_close(other, ends[0], rtol=0, atol=2e-4)


def test_asked_for_no_step_it_is_the_model_itself_and_costs_as_much() -> None:
    ctx = context()
    q = question(points(), 0.7, 0.7)
    answer = predict(flow_map(mixture()), q, ctx)
    assert torch.equal(answer.x0, predict(mixture(), q, context()).x0)
    assert ctx.meter.rows == len(q.rows)


def test_rows_that_go_nowhere_are_asked_once() -> None:
    ctx = context()
    q = question(points(4), torch.tensor([0.7, 0.7, 2.0, 2.0]), torch.tensor([0.7, 0.1, 2.0, 0.0]))
    answer = predict(flow_map(mixture(), substeps=5), q, ctx)
    assert ctx.meter.rows == 2 + 2 * 20
    alone = [predict(flow_map(mixture(), substeps=5), q.take(torch.tensor([row])), context()).x0 for row in range(4)]
    assert torch.equal(answer.x0, torch.cat(alone))


def test_a_condition_travels_with_the_question() -> None:
    q = question(points(3), 5.0, 0.0)
    answer = predict(flow_map(Simple(variance=0.2)), question_under(q, 0.9), context())
    expected = predict(flow_map(Simple(0.9, 0.2)), q, context())
    assert torch.equal(answer.x0, expected.x0)


def question_under(q: Query, mean: float) -> Query:
    """The same under a condition."""
    return Query(q.x, q.s, q.to, q.rows, q.step, means(mean).gather(q.rows.origin))


def test_what_the_model_inside_keeps_is_kept_once_a_step() -> None:
    prompt = mixture().prompt(("left",))
    guided = apg(mixture(), prompt, guidance_scale=2.0, momentum=-0.5)
    q = question(points(), 3.0, 1.0)
    kept = predict(flow_map(guided, substeps=4), q, context()).keep
    own = predict(guided, question(points(), 3.0, 3.0), context()).keep
    assert own
    assert {name.replace("/0/", "/", 1): value.tolist() for name, value in kept.items()} == {
        name: value.tolist() for name, value in own.items()
    }


def test_a_level_for_each_place_flows_at_its_own_speed() -> None:
    space = Space("pixels", (1, 1, 2))
    model = Gaussian(space, torch.zeros(2), torch.tensor([0.3, 0.6]))
    x = points().reshape(-1, 1, 1, 2)
    s = torch.tensor([2.0, 5.0], dtype=torch.float64).expand(len(x), 1, 1, 2)
    to = torch.tensor([0.0, 5.0], dtype=torch.float64).expand(len(x), 1, 1, 2)
    answer = predict(flow_map(model), Query(x, s, to, Rows.first(0, len(x)), torch.zeros(len(x)).long()), context())
    alone = Gaussian(Space("point", (1,)), torch.zeros(1), torch.tensor([0.3]))
    level = torch.full((len(x),), 2.0, dtype=torch.float64)
    expected = alone.flow_map(x[:, 0, 0, :1], level, torch.zeros_like(level))
    torch.testing.assert_close(answer.x0[:, 0, 0, :1], expected, rtol=0, atol=1e-5)


def average_velocity(z: Tensor, t: Tensor, r: float) -> Tensor:
    """u(z, r, t) of MeanFlow by the flow map, with z = (1 − t) x0 + t ε."""
    scale = torch.sqrt((1 - t) ** 2 + t**2)[:, None]
    model = flow_map(mixture(), substeps=100)
    q = question(z / scale, t / (1 - t), r / (1 - r))
    return (z - predict(model, q, context()).x0) / t[:, None]


def test_it_obeys_the_identity_of_mean_flow() -> None:
    """u = v − (t − r)(v · ∂u/∂z + ∂u/∂t), the derivative along (v, 1) by central differences."""
    z, r = points(), 0.2
    t = torch.full((len(z),), 0.8, dtype=torch.float64)
    scale = torch.sqrt((1 - t) ** 2 + t**2)[:, None]
    v = (z - predict(mixture(), question(z / scale, t / (1 - t), t / (1 - t)), context()).x0) / t[:, None]
    little = 1e-4
    ahead, behind = (average_velocity(z + by * v, t + by, r) for by in (little, -little))
    along = (ahead - behind) / (2 * little)
    torch.testing.assert_close(average_velocity(z, t, r), v - (0.8 - r) * along, rtol=0, atol=1e-5)


def test_it_is_the_mean_of_the_velocity_by_quadrature() -> None:
    z, r, t = points(), 0.2, 0.8
    model = flow_map(mixture(), substeps=40)
    scale = math.hypot(1 - t, t)
    nodes, weights = gauss_legendre(12)
    times = r + (t - r) * nodes
    total = torch.zeros_like(z)
    for time, weight in zip(times.tolist(), weights.tolist(), strict=True):
        x = moved(model, z / scale, t / (1 - t), time / (1 - time))
        x0 = predict(mixture(), question(x, time / (1 - time), 0.0), context()).x0
        total += weight * (x * math.hypot(1 - time, time) - x0) / time
    u = average_velocity(z, torch.full((len(z),), t, dtype=torch.float64), r)
    torch.testing.assert_close(u, total, rtol=0, atol=1e-5)


def gauss_legendre(count: int) -> tuple[Tensor, Tensor]:
    """Nodes and weights on [0, 1], by the eigenvalues of the Jacobi matrix (Golub and Welsch)."""
    number = torch.arange(1, count, dtype=torch.float64)
    off = number / torch.sqrt(4 * number**2 - 1)
    values, vectors = torch.linalg.eigh(torch.diag(off, 1) + torch.diag(off, -1))
    return (values + 1) / 2, vectors[0] ** 2


def test_tokens_and_ends_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InputError, match="tokens do not flow"):
        flow_map(Spelling())
    with pytest.raises(InputError, match="sigma_min is not below"):
        flow_map(mixture(), sigma_min=2.0, sigma_max=1.0)
