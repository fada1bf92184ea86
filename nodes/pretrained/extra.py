"""The libraries that read checkpoints: imported where they are needed, and missed kindly."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import Protocol

import torch
from torch import nn

from graphs.errors import InputError
from nodes.networks.placed import Placed
from nodes.pretrained.mapped import Diffusers, Transformers, of_diffusers, of_transformers
from nodes.pretrained.source import Tokenizer

INSTALL = "install the extra: pip install 'noiseloom[diffusers]'"
OWN = "a class of the library; code that comes with a checkpoint is never run"


class _Networks(Protocol):
    """A class of networks."""

    def from_pretrained(self, path: Path, **settings: object) -> nn.Module:
        """The network with its weights."""


class _Tokenizers(Protocol):
    """A class of tokenizers."""

    def from_pretrained(self, path: Path, **settings: object) -> Tokenizer:
        """The tokenizer with its words."""


def library(name: str) -> ModuleType:
    """A library of the extra; `InputError` where it is not installed. Nothing is ever fetched by it."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        return importlib.import_module(name)
    except ImportError as error:
        problem = f"checkpoints of other people are read by the library {name}, which is not installed here"
        raise InputError(problem, given=str(error), mend=INSTALL) from None


def opened(package: str, kind: str, place: Path, *, use_safetensors: bool, dtype: torch.dtype) -> nn.Module:
    """A network of a class of a library, with its weights, in that dtype; `InputError` where it cannot be.

    Weights that are stored in the dtype are mapped, not copied.
    """
    found: _Networks | None = getattr(library(package), kind, None)
    if found is None:
        raise _unknown(package, kind)
    # A few layers stay in float32 where the others are halves; which, the library knows.
    whole = dtype is torch.float32 or not getattr(found, "_keep_in_fp32_modules", None)
    try:
        mapped = _mapped(package, kind, place) if use_safetensors and whole else None
        if mapped is not None:
            return Placed(mapped, "cpu", dtype=dtype).module
        return found.from_pretrained(place, local_files_only=True, use_safetensors=use_safetensors, dtype=dtype)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise _refused(kind, place, error) from None


def _mapped(package: str, kind: str, place: Path) -> nn.Module | None:
    """The network by memory map, where its file is as this version of the library writes it."""
    if package == "diffusers":
        ours: Diffusers = getattr(library(package), kind)
        return of_diffusers(ours, place)
    theirs: Transformers = getattr(library(package), kind)
    return of_transformers(theirs, place)


def tokens_of(package: str, kind: str, place: Path, **settings: str) -> Tokenizer:
    """A tokenizer of a class of a library; `InputError` where it cannot be opened."""
    found: _Tokenizers | None = getattr(library(package), kind, None)
    if found is None:
        raise _unknown(package, kind)
    try:
        return found.from_pretrained(place, local_files_only=True, **settings)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refused(kind, place, error) from None


def _unknown(package: str, kind: str) -> InputError:
    problem = f"the installed {package} has no {kind}"
    return InputError(problem, allowed=OWN, mend=f"install a newer {package}")


def _refused(kind: str, place: Path, error: Exception) -> InputError:
    told = " ".join(str(error).split())
    return InputError(f"the {kind} cannot be opened: {told[:400]}", where=str(place), mend="fetch the checkpoint again")
