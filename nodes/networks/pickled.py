"""Weights in a Python pickle, which could run any code: refused, or read by torch's reader of plain tensors alone."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.header import FOREIGN, PREFIX, open_regular, quote
from nodes.networks.mapped import Stored

SUFFIXES = (".ckpt", ".pt", ".pth", ".bin")
"""How such files are called."""

INNER = ("state_dict", "model_state_dict", "model", "params_ema", "params")
"""Under which names training scripts put the weights among other things."""


def is_pickled(path: Path) -> bool:
    """Whether a file begins as a pickle or as an archive of one; a name alone says nothing."""
    with open_regular(path) as stream:
        start = stream.read(PREFIX + 1)
    # The length before a safetensors header may begin with the bytes of a pickle: of 32 lengths, one does.
    return start[PREFIX:] != b"{" and any(start.startswith(magic) for magic, _, unsafe in FOREIGN if unsafe)


def read_pickled(path: Path, *, allow_pickle: bool) -> Stored:
    """The tensors of a pickle, mapped, for whoever allows it: torch's `weights_only` reader makes nothing else of it.

    Raises `InputError` where it is not allowed, holds anything but plain data, or is of the format before torch 1.6,
    which cannot be mapped.
    """
    if not allow_pickle:
        raise InputError(
            "this file is not opened: a pickle can run any code when it is loaded",
            where=str(path),
            given=f"a {path.suffix or 'file'} that holds a Python pickle",
            allowed="a safetensors file, which holds numbers and nothing else",
            mend="look for a .safetensors file of it; where there is none and you trust who made it, set allow_pickle: "
            "then its numbers are read and nothing in it is run",
        )
    try:
        content: object = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError) as error:
        raise InputError(
            "the file cannot be read as plain weights",
            where=str(path),
            given=quote(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__),
            allowed="tensors by name, as torch.save writes them since torch 1.6",
            mend="convert it to safetensors where it may do no harm",
        ) from None
    tensors = _tensors(content)
    if not tensors:
        given = type(content).__name__
        raise InputError("the file holds no weights", where=str(path), given=given, allowed="tensors by name")
    return Stored(tensors, {})


def _tensors(content: object) -> dict[str, Tensor]:
    if not isinstance(content, Mapping):
        return {}
    inner = next((content[name] for name in INNER if isinstance(content.get(name), Mapping)), content)
    return {str(name): value.detach() for name, value in inner.items() if isinstance(value, Tensor)}
