"""The helper catches whoever waits, and lets pass who does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nodes.contracts.devices import moved, put_rows, take_rows
from tests.nodes.waiting import DEVICE, WaitedError, no_waiting

HOST = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
INDEX = torch.tensor([0, 2])
MASK = torch.tensor([True, False, True])

WAITS: dict[str, Callable[[Tensor], object]] = {
    "bool": lambda x: bool(x.sum() > 0),
    "item": lambda x: x.sum().item(),
    "float": lambda x: float(x[0, 0]),
    "nonzero": lambda x: x.nonzero(),
    "equal": lambda x: torch.equal(x, x),
    "allclose": lambda x: torch.allclose(x, x),
    "unique": lambda x: torch.unique(x, dim=0),
    "tolist": lambda x: x.tolist(),
    "cpu": lambda x: x.cpu(),
    "cpu without waiting, hence without numbers": lambda x: x.to("cpu", non_blocking=True),
    "copied into the host's": lambda x: torch.empty(3, 2).copy_(x),
    "a mask of its own": lambda x: x[x > 0],
    "a mask of its own, assigned": lambda x: x.index_put_((x > 0,), x[:, 0]),
    "masked_select": lambda x: x.masked_select(x > 0),
    "a mask of the host": lambda x: x[MASK],
    "an index of the host": lambda x: x[INDEX],
    "a blocking copy": lambda _: HOST.to(DEVICE),
    "a blocking copy into it": lambda x: x.copy_(HOST),
    "numbers of Python": lambda _: torch.tensor([1.0, 2.0], device=DEVICE),
    "numbers of Python beside it": lambda x: x.new_tensor([1.0, 2.0]),
    "a sum with the host's": lambda x: x + HOST,
    "a product with the host's": lambda x: HOST.T @ x,
}

PASSES: dict[str, Callable[[Tensor], object]] = {
    "arithmetic": lambda x: (x * 2 + x.sum()).softmax(0) @ x.T,
    "a single number of the host": lambda x: x * torch.tensor(2.0),
    "moved": lambda _: moved(HOST, DEVICE),
    "moved and converted": lambda _: HOST.to(DEVICE, torch.float64, non_blocking=True),
    "copied into it": lambda x: x.copy_(HOST, non_blocking=True),
    "where": lambda x: torch.where(x > 0, x, 1.0),
    "take_rows": lambda x: take_rows(x, INDEX),
    "put_rows": lambda x: put_rows(x, INDEX, x[:2]),
    "as it is": torch.as_tensor,
    "the host's own": lambda _: (HOST[MASK].tolist(), HOST.nonzero(), torch.tensor([1.0]).item()),
}


@pytest.mark.parametrize("act", WAITS.values(), ids=WAITS)
def test_who_waits_is_caught(act: Callable[[Tensor], object]) -> None:
    with no_waiting(), pytest.raises(WaitedError):
        act(torch.empty(3, 2, device=DEVICE))


@pytest.mark.parametrize("act", PASSES.values(), ids=PASSES)
def test_who_does_not_wait_passes(act: Callable[[Tensor], object]) -> None:
    with no_waiting():
        act(torch.empty(3, 2, device=DEVICE))
