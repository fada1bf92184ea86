"""A device that nobody may wait for, played by tensors without numbers.

Tensors on torch's "meta" device have shapes and no numbers, as a GPU's have none that the host knows without waiting.
Most of what would wait fails on them by itself; `no_waiting` adds what a GPU waits for in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

DEVICE = "meta"
"""The device that is played."""

NUMBERS_WANTED = ("_local_scalar_dense", "nonzero", "equal", "allclose", "masked_select", "_unique2", "unique_dim")
"""Operators whose result, or its shape, the host knows only when the device is done."""

INDEXED = ("index", "index_put", "index_put_", "_index_put_impl_")
FROM_NUMBERS = ((torch, "tensor"), (torch, "as_tensor"), (Tensor, "new_tensor"))
"""What makes a tensor of numbers that Python holds; on a device by a copy that waits, and no operator shows it."""


class WaitedError(AssertionError):
    """The host would have waited for the device, or mixed what lies there with what does not."""


@contextmanager
def no_waiting() -> Iterator[None]:
    """Inside, whatever would make the host wait for tensors on `DEVICE` raises `WaitedError`."""
    with ExitStack() as stack:
        for owner, name in FROM_NUMBERS:
            stack.enter_context(patch.object(owner, name, _watched(getattr(owner, name))))
        stack.enter_context(_Operators())
        yield


def _watched(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def made(*args: object, **kwargs: object) -> Tensor:
        tensor = make(*args, **kwargs)
        if _there(tensor) and tensor is not args[0]:
            raise WaitedError("numbers of Python are copied to the device, and the copy is waited for")
        return tensor

    return made


class _Operators(TorchDispatchMode):
    """Looks at every operator that is run."""

    def __init__(self) -> None:
        TorchDispatchMode.__init__(self)

    def __torch_dispatch__(
        self,
        func: Callable[..., object],
        types: tuple[type, ...],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        trouble = _trouble(str(func).split(".")[1], args, kwargs or {})
        if trouble:
            raise WaitedError(f"{func}: {trouble}")
        return func(*args, **(kwargs or {}))


def _trouble(name: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> str:
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    there = [tensor for tensor in tensors if _there(tensor)]
    if name == "_to_copy":
        return _trouble_of_copy(tensors[0].device, kwargs.get("device"), waits=not kwargs.get("non_blocking"))
    if name == "copy_":
        return _trouble_of_copy(tensors[1].device, tensors[0].device, waits=args[2:] != (True,))
    if there and name in NUMBERS_WANTED:
        return "the host asks for numbers"
    if there and any(tensor.ndim for tensor in tensors if not _there(tensor)):
        return "a tensor of the host meets one of the device"
    if there and name in INDEXED and any(tensor.dtype == torch.bool for tensor in tree_leaves(args[1])):
        return "a mask is an index only when it is known how many it holds"
    return ""


def _trouble_of_copy(source: torch.device, goal: object, *, waits: bool) -> str:
    """A copy that crosses: to the device it may pass without waiting, back from there it never does."""
    if not isinstance(goal, torch.device) or goal.type == source.type:
        return ""
    if source.type == DEVICE:
        return "numbers are copied back to the host"
    return "a copy to the device is waited for" if waits else ""


def _there(tensor: Tensor) -> bool:
    return tensor.device.type == DEVICE
