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
from nodes.measurement.mask import mask
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
    )
}
"""Every node that makes an operator, made in all its ways."""

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
    assert set(MADE) == {record.id for record in records if record.outputs[0].types == ("Operator",)}


@every
def test_the_adjoint_is_the_adjoint(make: Make) -> None:
    operator, x = make(), batch(1)
    seen = operator.apply(x, ROWS)
    y = batch(2, tuple(seen.shape[1:]))
    torch.testing.assert_close(inner(seen, y), inner(x, operator.adjoint(y, ROWS)), rtol=1e-12, atol=1e-12)


@every
def test_a_linear_operator_superposes(make: Make) -> None:
    operator, x, other = make(), batch(1), batch(2)
    assert "linear" in operator.abilities
    parts = 2 * operator.apply(x, ROWS) - 3 * operator.apply(other, ROWS)
    torch.testing.assert_close(operator.apply(2 * x - 3 * other, ROWS), parts, rtol=1e-12, atol=1e-12)


@every
def test_the_pseudo_inverse_explains_what_was_seen(make: Make) -> None:
    operator = make()
    seen = operator.apply(batch(1), ROWS)
    shortest = operator.pinv(seen, ROWS)
    torch.testing.assert_close(operator.apply(shortest, ROWS), seen, rtol=1e-12, atol=1e-12)
    unseen = batch(4) - operator.pinv(operator.apply(batch(4), ROWS), ROWS)
    torch.testing.assert_close(inner(shortest, unseen), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-12)


@every
def test_the_proximal_map_is_where_the_gradient_is_zero(make: Make) -> None:
    operator, v = make(), batch(1)
    y = operator.apply(batch(2), ROWS) + 0.1 * batch(3)
    rho = torch.tensor([0.1, 1.0, 7.0], dtype=torch.float64)
    x = operator.prox(v, y, rho, ROWS)
    slope = operator.adjoint(operator.apply(x, ROWS) - y, ROWS) + rho.reshape(3, 1, 1, 1) * (x - v)
    torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-12)


@every
def test_rows_are_measured_alike_wherever_they_lie(make: Make) -> None:
    operator, x = make(), batch(1)
    index = torch.tensor([2, 0])
    assert torch.equal(operator.apply(x[index], ROWS.take(index)), operator.apply(x, ROWS)[index])
