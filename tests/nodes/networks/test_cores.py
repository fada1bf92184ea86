"""A batch shared out over the cores is the batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from nodes.networks.cores import FEWEST_ROWS, over_cores
from tests.nodes.waiting import DEVICE


@pytest.fixture
def three_threads() -> Iterator[None]:
    """Torch with three threads, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("rows", [1, 3, 4, 5, 6, 7, 100])
def test_parts_are_put_together_in_order_and_none_is_too_small(rows: int) -> None:
    sizes = []

    def double(x: Tensor, y: Tensor) -> Tensor:
        sizes.append(len(x))
        return 2 * x + y

    x = torch.arange(rows * 2).reshape(rows, 2)
    assert torch.equal(over_cores(double, x, x), 3 * x)
    assert len(sizes) == max(1, min(3, rows // FEWEST_ROWS))
    assert len(sizes) == 1 or min(sizes) >= FEWEST_ROWS


@pytest.mark.usefixtures("three_threads")
def test_gradients_flow_where_they_are_on_and_only_there() -> None:
    x = torch.ones(12, 2, requires_grad=True)
    (gradient,) = torch.autograd.grad(over_cores(torch.square, x).sum(), x)
    assert torch.equal(gradient, torch.full((12, 2), 2.0))
    with torch.no_grad():
        assert not over_cores(torch.square, x).requires_grad


@pytest.mark.usefixtures("three_threads")
def test_the_callers_threads_are_left_alone() -> None:
    inside = []

    def look(x: Tensor) -> Tensor:
        inside.append((threading.get_ident(), torch.get_num_threads()))
        return x

    over_cores(look, torch.zeros(12))
    assert {count for _, count in inside} == {1}
    assert threading.get_ident() not in {thread for thread, _ in inside}
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_threads")
def test_a_batch_on_a_device_is_not_shared_out() -> None:
    inside = []

    def look(x: Tensor) -> Tensor:
        inside.append((len(x), threading.get_ident()))
        return x

    over_cores(look, torch.zeros(12, device=DEVICE))
    assert inside == [(12, threading.get_ident())]


@pytest.mark.usefixtures("three_threads")
def test_an_error_in_a_part_reaches_the_caller() -> None:
    def fail(x: Tensor) -> Tensor:
        raise ValueError(len(x))

    with pytest.raises(ValueError, match="4"):
        over_cores(fail, torch.zeros(12))
