"""The exact Gaussian: its flow map, its measured law, levels for each place."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.exact.gaussian import Gaussian
from nodes.model.gaussian import gaussian
from nodes.solver.heun import heun
from tests.nodes.gaussian import context
from tests.nodes.model.laws import coefficients, levels, points, x0_of

MEAN, COVARIANCE = (0.4, -0.7), (0.5, 0.2, 0.2, 0.3)


def exact() -> Gaussian:
    model = gaussian(mean=MEAN, covariance=COVARIANCE)
    assert isinstance(model, Gaussian)
    return model


def test_x0_is_the_formula_with_matrices() -> None:
    x, (alpha, sigma) = points(), coefficients(0.8)
    mean, covariance = torch.tensor(MEAN).double(), torch.tensor(COVARIANCE).double().reshape(2, 2)
    gain = alpha * covariance @ torch.linalg.inv(alpha**2 * covariance + sigma**2 * torch.eye(2).double())
    assert torch.allclose(x0_of(exact(), x, 0.8), mean + (x - alpha * mean) @ gain.mT, atol=1e-6)


def test_the_flow_map_satisfies_the_equation() -> None:
    # With y = x √(1 + s²) the probability flow is dy/ds = ε.
    model, x, step = exact(), points(), 1e-5
    alpha, sigma = coefficients(0.8)
    rise = [model.flow_map(x, levels(0.8, x), levels(s, x)) * math.sqrt(1 + s * s) for s in (0.8 - step, 0.8 + step)]
    eps = (x - alpha * x0_of(model, x, 0.8)) / sigma
    assert torch.allclose((rise[1] - rise[0]) / (2 * step), eps, atol=1e-8)


def test_the_flow_map_can_be_cut_in_two_and_turned_back() -> None:
    model, x = exact(), points()
    far, middle, near = (levels(s, x) for s in (math.inf, 1.0, 0.0))
    direct = model.flow_map(x, far, near)
    assert torch.allclose(model.flow_map(model.flow_map(x, far, middle), middle, near), direct, atol=1e-12)
    assert torch.allclose(model.flow_map(direct, near, far), x, atol=1e-12)


def test_the_flow_map_makes_data_of_noise() -> None:
    # A linear map with the matrix C^½: its square is the covariance, and 0 goes to the mean.
    model = exact()
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    made = model.flow_map(corners, levels(math.inf, corners), levels(0.0, corners))
    root = made[1:] - made[0]
    assert torch.allclose(made[0], torch.tensor(MEAN).double(), atol=1e-6)
    assert torch.allclose(root @ root.mT, torch.tensor(COVARIANCE).double().reshape(2, 2), atol=1e-6)


def test_a_solver_comes_to_where_the_flow_map_points() -> None:
    model, x = exact(), points(3)
    expected = model.flow_map(x, levels(20.0, x), levels(0.05, x))
    begin = Sample(x, levels(20.0, x), model.space, Rows.first(0, 3))
    errors = []
    for count in (20, 40):
        s = torch.logspace(math.log10(20), math.log10(0.05), count + 1, dtype=torch.float64)
        found = solve(model, heun(), begin, Levels(s), context()).x
        errors.append(float((found - expected).abs().max()))
    # A method of order 2: half the step, a quarter of the error.
    assert errors[1] < 2e-3
    assert 3.4 < errors[0] / errors[1] < 4.6


def test_a_level_for_each_place() -> None:
    model = gaussian(mean=(0.3,), std=(0.5,), shape=(1, 2, 2))
    x = torch.randn(3, 1, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    s = torch.tensor([[0.0, 0.5], [2.0, math.inf]], dtype=torch.float64).expand(3, 1, 2, 2)
    found = x0_of(model, x, s)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        everywhere = x0_of(model, x, float(s[0, 0, row, column]))
        assert torch.allclose(found[..., row, column], everywhere[..., row, column], atol=1e-14)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"mean": (1.0, 2.0, 3.0), "shape": (2,)}, "do not fill"),
        ({"mean": (1.0, 2.0, 3.0, 4.0), "shape": (2,)}, "does not fit"),
        ({"mean": (1.0, 2.0), "std": (1.0, 1.0, 1.0)}, "wrong number"),
        ({"mean": (1.0, 2.0), "std": (0.0,)}, "positive definite"),
        ({"mean": (1.0, 2.0), "std": (1.0, -1.0)}, "deviation is negative"),
    ],
)
def test_wrong_lists_are_refused(wrong: dict[str, tuple[float, ...]], match: str) -> None:
    lists = {"mean": wrong["mean"], "std": wrong.get("std", (1.0,))}
    with pytest.raises(InputError, match=match):
        gaussian(**lists, shape=tuple(map(int, wrong.get("shape", ()))))


def test_a_covariance_that_is_none_is_refused_with_the_way_to_mend_it() -> None:
    with pytest.raises(InputError, match="positive definite") as caught:
        gaussian(covariance=(1.0, 2.0, 2.0, 1.0))
    assert "diagonal" in caught.value.mend


def test_other_numbers_are_another_model() -> None:
    assert exact().digest == exact().digest != gaussian(mean=MEAN).digest


def test_samples_in_the_type_of_the_points() -> None:
    x: Tensor = points().float()
    assert x0_of(exact(), x, 1.0).dtype == torch.float32
