"""The laws of every operator that a node makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from graphs.catalogue.catalogue import read_catalogue
from nodes.contracts.media import Image
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.measurement.blur import blur
from nodes.measurement.colorization import colorization
from nodes.measurement.compressed_sensing import compressed_sensing
from nodes.measurement.fourier_mask import fourier_mask
from nodes.measurement.linear import Spectral
from nodes.measurement.low_pass import low_pass
from nodes.measurement.mask import mask
from nodes.measurement.stack import stack
from nodes.measurement.super_resolution import super_resolution
from tests.nodes.measurement.toys import EVENT, clean

Make = Callable[[], Operator]
HAND = torch.zeros(2, EVENT[1], EVENT[2], 1, dtype=torch.uint8)
HAND[0, 1:3, 2] = 255
HAND[1, 0] = 200

MADE: dict[str, tuple[Make, ...]] = {
    "measurement.mask": (
        *(
            lambda hidden=hidden: mask(clean(1), hidden=hidden, fraction=0.4)
            for hidden in ("left", "right", "top", "bottom", "centre", "border", "random")
        ),
        lambda: mask(clean(1), Image(HAND)),
        lambda: mask(clean(1), fraction=0),
        lambda: mask(clean(1), fraction=1),
    ),
    "measurement.super_resolution": (lambda: super_resolution(clean(1)), lambda: super_resolution(clean(1), factor=1)),
    "measurement.blur": (
        lambda: blur(clean(1), kernel_size=3),
        lambda: blur(clean(1), shape="motion", kernel_size=3, angle=30),
        lambda: blur(clean(1), shape="box", kernel_size=2),
        lambda: blur(clean(1), Image(HAND)),
    ),
    "measurement.colorization": (lambda: colorization(clean(1)), lambda: colorization(clean(1), grey="luma")),
    "measurement.compressed_sensing": (lambda: compressed_sensing(clean(1)),),
    "measurement.fourier_mask": (
        lambda: fourier_mask(clean(1), fraction=0.4),
        lambda: fourier_mask(clean(1), fraction=0.4, pattern="points"),
    ),
    "measurement.low_pass": (lambda: low_pass(clean(1), cutoff=0.6),),
    "measurement.stack": (
        lambda: stack((mask(clean(1), hidden="left"), colorization(clean(1), grey="luma")), clean(1), weights=(2, 0.5)),
        lambda: stack((super_resolution(clean(1)), low_pass(clean(1), cutoff=0.6)), clean(1)),
    ),
}
"""Every node that makes a linear operator, made in all its ways."""

NOT_LINEAR = {"measurement.phase_retrieval", "measurement.clip", "measurement.quantize", "measurement.decoded"}
ELSEWHERE = {"measurement.sum_of_parts"}
"""On joint points: test_joint."""

every = pytest.mark.parametrize("make", [make for ways in MADE.values() for make in ways])
ROWS = Rows.first(11, 3)


def batch(seed: int, event: tuple[int, ...] = EVENT) -> Tensor:
    """Three random events, float64."""
    return torch.randn(3, *event, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def inner(one: Tensor, other: Tensor) -> Tensor:
    """⟨one, other⟩ of each row."""
    return (one * other).flatten(1).sum(1)


def test_every_node_that_makes_an_operator_is_held_to_the_laws() -> None:
    records = read_catalogue(plugins=False).nodes.values()
    assert set(MADE) | NOT_LINEAR | ELSEWHERE == {
        record.id for record in records if record.outputs[0].types == ("Operator",)
    }


@every
def test_the_adjoint_is_the_adjoint(make: Make) -> None:
    operator, x = make(), batch(1)
    seen = operator.apply(x, ROWS)
    y = batch(2, tuple(seen.shape[1:]))
    torch.testing.assert_close(inner(seen, y), inner(x, operator.adjoint(y, ROWS)), rtol=1e-12, atol=1e-11)


@every
def test_a_linear_operator_superposes(make: Make) -> None:
    operator, x, other = make(), batch(1), batch(2)
    assert "linear" in operator.abilities
    parts = 2 * operator.apply(x, ROWS) - 3 * operator.apply(other, ROWS)
    torch.testing.assert_close(operator.apply(2 * x - 3 * other, ROWS), parts, rtol=1e-12, atol=1e-11)


@every
def test_the_pseudo_inverse_explains_what_was_seen(make: Make) -> None:
    operator = make()
    seen = operator.apply(batch(1), ROWS)
    shortest = operator.pinv(seen, ROWS)
    torch.testing.assert_close(operator.apply(shortest, ROWS), seen, rtol=1e-12, atol=1e-11)
    unseen = batch(4) - operator.pinv(operator.apply(batch(4), ROWS), ROWS)
    torch.testing.assert_close(inner(shortest, unseen), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-11)


@every
def test_the_proximal_map_is_where_the_gradient_is_zero(make: Make) -> None:
    operator, v = make(), batch(1)
    seen = operator.apply(batch(2), ROWS)
    y = seen + 0.1 * batch(3, tuple(seen.shape[1:]))
    rho = torch.tensor([0.1, 1.0, 7.0], dtype=torch.float64)
    x = operator.prox(v, y, rho, ROWS)
    slope = operator.adjoint(operator.apply(x, ROWS) - y, ROWS) + rho.reshape(3, 1, 1, 1) * (x - v)
    torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-11)


@every
def test_rows_are_measured_alike_wherever_they_lie(make: Make) -> None:
    operator, x = make(), batch(1)
    index = torch.tensor([2, 0])
    assert torch.equal(operator.apply(x[index], ROWS.take(index)), operator.apply(x, ROWS)[index])


@every
def test_singular_values_at_hand_are_those_of_the_operator(make: Make) -> None:
    """V Σ² Vᵀ is AᵀA, V Vᵀ is nothing done, and V Σ Uᵀ is Aᵀ."""
    operator, x = make(), batch(1)
    if not isinstance(operator, Spectral):
        assert "svd" not in operator.abilities
        return
    seen = operator.apply(x, ROWS)
    squared = operator.filtered(x, torch.square, ROWS)
    torch.testing.assert_close(squared, operator.adjoint(seen, ROWS), rtol=0, atol=1e-12)
    torch.testing.assert_close(operator.filtered(x, torch.ones_like, ROWS), x, rtol=0, atol=1e-12)
    weight = torch.tensor([0.3, 1.0, 2.0], dtype=torch.float64).reshape(3, 1, 1, 1)
    damped = operator.filtered(x, lambda values: 1 / (values.square() + weight), ROWS)
    torch.testing.assert_close(operator.filtered(damped, torch.square, ROWS) + weight * damped, x, rtol=0, atol=1e-12)
