"""What makes two behaviours the same: a digest of what they are made of, the same in every process."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import PurePath
from types import FunctionType

import torch
from torch import Tensor, nn

from graphs.errors import NoiseloomError


class Identified:
    """A behaviour with a digest, of its class and of all that it holds; never of an address.

    A state that was saved knows by it whether an answer that it holds is this model's. What is costly to read through,
    as a large network, overrides `digest`.
    """

    @cached_property
    def digest(self) -> str:
        """The same for behaviours of the same class made of the same parts."""
        derived = {name for name in vars(self) if isinstance(getattr(type(self), name, None), cached_property)}
        return digest_of({name: value for name, value in vars(self).items() if name not in derived}, type(self))


def digest_of(value: object, kind: type = object) -> str:
    """A digest of a value by its content, with the class that it belongs to."""
    hashed = hashlib.blake2b(digest_size=16)
    _feed(hashed, kind)
    _feed(hashed, value)
    return hashed.hexdigest()


def _feed(hashed: hashlib.blake2b, value: object) -> None:  # noqa: C901, PLR0912 - one arm for each kind of content
    hashed.update(f"{type(value).__qualname__}:".encode())
    match value:
        case None | bool() | int() | float() | str() | bytes() | PurePath():
            hashed.update(f"{value!r};".encode())
        case Identified():
            hashed.update(value.digest.encode())
        case Tensor():
            hashed.update(f"{value.dtype}{list(value.shape)}".encode())
            if value.device.type != "meta":
                hashed.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        case nn.Module():
            hashed.update(type(value).__qualname__.encode())
            _feed(hashed, dict(value.state_dict()))
        case Mapping():
            for name in sorted(value, key=str):
                _feed(hashed, name)
                _feed(hashed, value[name])
        case tuple() | list():
            for entry in value:
                _feed(hashed, entry)
        case frozenset() | set():
            _feed(hashed, sorted(map(str, value)))
        case type():
            hashed.update(f"{value.__module__}.{value.__qualname__};".encode())
        case FunctionType():
            _feed_function(hashed, value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            _feed(hashed, {entry.name: getattr(value, entry.name) for entry in dataclasses.fields(value)})
        case _:
            raise UnknownContentError(
                f"a behaviour holds a {type(value).__qualname__}, which has no digest; hold numbers, text, tensors, "
                "data or other behaviours, or give the behaviour a `digest` of its own"
            )


def _feed_function(hashed: hashlib.blake2b, function: FunctionType) -> None:
    """A function by its code and by what it closes over, so that two of one name differ where they do."""
    code = function.__code__
    hashed.update(f"{function.__module__}.{function.__qualname__}".encode() + code.co_code)
    constants = tuple(entry for entry in code.co_consts if isinstance(entry, (int, float, str, bytes, tuple)))
    closed = tuple(cell.cell_contents for cell in function.__closure__ or ())
    _feed(hashed, (str(constants), code.co_names, function.__defaults__, closed))


class UnknownContentError(NoiseloomError):
    """A behaviour is made of something that cannot be digested."""
