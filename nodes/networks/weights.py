"""Weights from files into modules, without a copy: mapped, compared with what the module wants, and put in place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from graphs.errors import InputError
from nodes.networks.header import quote, some
from nodes.networks.mapped import Stored, map_file
from nodes.networks.pickled import is_pickled, read_pickled
from nodes.networks.shards import map_shards

M = TypeVar("M", bound=nn.Module)


class Slot(NamedTuple):
    """A parameter or buffer in its place: the module that owns it, its name there and from the top."""

    owner: nn.Module
    name: str
    path: str
    tensor: Tensor
    persistent: bool

    def put(self, tensor: Tensor) -> None:
        """Let another tensor stand there; who still computes with the one before keeps that one."""
        setattr(self.owner, self.name, tensor)


def open_weights(path: Path, *, allow_pickle: bool = False) -> Stored:
    """The tensors of a safetensors file, of several by their list (`.index.json`), or of a pickle where it is allowed.

    They lie in the mapped files: nothing is read before it is used, and nothing is copied. Raises `InputError`.
    """
    if path.suffix == ".json":
        return map_shards(path)
    if is_pickled(path):
        return read_pickled(path, allow_pickle=allow_pickle)
    return map_file(path)


class _Empty(TorchFunctionMode):
    """What is made to be filled is made without memory; all else, as tables that are computed, is real."""

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Collection[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = dict(kwargs or {})
        if func is torch.empty:
            given["device"] = "meta"
        return func(*args, **given)


def empty(build: Callable[[], M]) -> M:
    """The module that `build` makes, without memory for its weights, in evaluation mode and without gradients.

    Tables that it computes for itself are real. No random numbers are drawn from anybody's generator.
    """
    with torch.random.fork_rng(devices=[]), _Empty():
        return build().eval().requires_grad_(requires_grad=False)


def fill(module: M, tensors: Mapping[str, Tensor], place: str, *, surplus: Collection[str] = ()) -> M:
    """Put tensors into a module by their names, as they are; nothing is copied. `place` names them in errors.

    Weights that the module shares between two names may stand under one of them. Names that end in one of `surplus` may
    be there though the module has none. Raises `InputError` where names, shapes or kinds of numbers differ: before
    anything is changed.
    """
    slots = list(slots_of(module))
    found = _found(slots, tensors)
    _compare(slots, found, tensors, place, tuple(surplus))
    made: dict[int, Tensor] = {}
    for slot in slots:
        tensor = found.get(slot.path)
        if tensor is not None and slot.persistent:
            slot.put(made.setdefault(id(slot.tensor), like(slot.tensor, tensor)))
    return module


def slots_of(module: nn.Module) -> Iterator[Slot]:
    """Every place of a parameter or buffer, also where two share one tensor."""
    stored = set(module.state_dict(keep_vars=True))
    for prefix, owner in module.named_modules(remove_duplicate=False):
        for name, tensor in (
            *owner.named_parameters(recurse=False, remove_duplicate=False),
            *owner.named_buffers(recurse=False, remove_duplicate=False),
        ):
            path = f"{prefix}.{name}" if prefix else name
            yield Slot(owner, name, path, tensor, path in stored)


def like(before: Tensor, tensor: Tensor) -> Tensor:
    """The tensor as a parameter where one stood before."""
    return nn.Parameter(tensor, requires_grad=False) if isinstance(before, nn.Parameter) else tensor


def _found(slots: list[Slot], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensor for each place, also where it stands under the name of another that shares it."""
    shared = {id(slot.tensor): tensors[slot.path] for slot in slots if slot.path in tensors}
    found = {slot.path: tensors.get(slot.path, shared.get(id(slot.tensor))) for slot in slots if slot.persistent}
    return {path: tensor for path, tensor in found.items() if tensor is not None}


def _compare(
    slots: list[Slot],
    found: Mapping[str, Tensor],
    tensors: Mapping[str, Tensor],
    place: str,
    surplus: tuple[str, ...],
) -> None:
    wanted = {slot.path: slot.tensor for slot in slots if slot.persistent}
    both = [(name, found[name], wanted[name]) for name in wanted if name in found]
    problems = {
        "missing": [quote(name) for name in wanted if name not in found],
        "unexpected": [quote(name) for name in tensors if name not in wanted and not name.endswith(surplus)],
        "of another shape": [
            f"{quote(n)} {list(a.shape)} not {list(b.shape)}" for n, a, b in both if a.shape != b.shape
        ],
        "of another type": [f"{quote(n)} {_kind(a)} not {_kind(b)}" for n, a, b in both if _differ(a, b)],
    }
    listed = "; ".join(f"{len(names)} {kind} ({some(names)})" for kind, names in problems.items() if names)
    if listed:
        raise InputError(
            "the weights are not those of this network",
            where=place,
            given=listed,
            allowed=f"the network's {len(wanted)} tensors",
            mend="use the configuration that belongs to these weights, or fetch the file again",
        )


def _differ(stored: Tensor, wanted: Tensor) -> bool:
    return stored.dtype != wanted.dtype and not (stored.is_floating_point() and wanted.is_floating_point())


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
