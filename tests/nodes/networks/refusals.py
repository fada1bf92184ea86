"""Broken files made from a good one, and the check that each is refused before a tensor is made of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from torch.overrides import TorchFunctionMode

from graphs.errors import InputError
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.configuration import KEY
from tests.nodes.networks.examples import SMALL, put_together, small_file, take_apart

CONTENT = small_file()
HEADER, BODY = take_apart(CONTENT)
EXIT = "unet.exit.bias"


class Allocations(TorchFunctionMode):
    """Notes the bytes behind every tensor that is made outside the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.storages: dict[int, int] = {}

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: tuple[type, ...],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and result.device.type != "meta":
            storage = result.untyped_storage()
            self.storages[storage.data_ptr()] = storage.nbytes()
        return result


def refusal(path: Path) -> InputError:
    """The error of opening `path`, which must come before any tensor."""
    allocations = Allocations()
    with allocations, pytest.raises(InputError) as caught:
        open_checkpoint(path)
    assert not allocations.storages
    assert caught.value.where == str(path)
    return caught.value


def with_configuration(**changes: object) -> bytes:
    configuration = json.loads(SMALL.model_dump_json()) | changes
    return put_together(HEADER | {"__metadata__": {KEY: json.dumps(configuration)}}, BODY)


def with_entry(name: str, **changes: object) -> bytes:
    header = copy.deepcopy(HEADER)
    entry = header[name]
    assert isinstance(entry, dict)
    entry.update(changes)
    return put_together(header, BODY)


def offsets(name: str) -> tuple[int, int]:
    entry = HEADER[name]
    assert isinstance(entry, dict)
    first, last = entry["data_offsets"]
    return first, last
