"""A library's network with its weights by memory map: nothing is read before it is used, and nothing is copied."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from torch import nn

from graphs.errors import InputError
from nodes.networks.weights import empty, fill, open_weights

FILES = ("diffusion_pytorch_model.safetensors", "model.safetensors")
"""What the libraries call a network's weights; in several files, with `.index.json` behind it."""
SURPLUS = ("position_ids",)
"""Endings of names that older files have and the networks need no more."""


class Diffusers(Protocol):
    """A class of networks of diffusers."""

    def load_config(self, path: Path, **settings: object) -> object:
        """The configuration in a folder."""

    def from_config(self, config: object) -> nn.Module:
        """The network with fresh weights."""


class _Configuration(Protocol):
    def from_pretrained(self, path: Path, **settings: object) -> object: ...


class Transformers(Protocol):
    """A class of networks of transformers."""

    config_class: _Configuration

    def __call__(self, config: object) -> nn.Module:
        """The network with fresh weights."""


def of_diffusers(kind: Diffusers, place: Path) -> nn.Module | None:
    """The network of a folder, in the dtype of its file; None where the library itself has to read it."""
    path = weights_at(place)
    if path is None:
        return None
    config = kind.load_config(place, local_files_only=True)
    return _filled(empty(lambda: kind.from_config(config)), path)


def of_transformers(kind: Transformers, place: Path) -> nn.Module | None:
    """The same of a class of transformers."""
    path = weights_at(place)
    if path is None:
        return None
    config = kind.config_class.from_pretrained(place, local_files_only=True)
    return _filled(empty(lambda: kind(config)), path)


def weights_at(place: Path) -> Path | None:
    """The file of a folder's weights, or the list of its files."""
    names = [name for file in FILES for name in (file, f"{file}.index.json")]
    return next((place / name for name in names if (place / name).is_file()), None)


def _filled(network: nn.Module, path: Path) -> nn.Module | None:
    """With its weights, or None where they go by the names of an earlier version, which the library knows."""
    tensors = open_weights(path).tensors
    try:
        return fill(network, tensors, str(path), surplus=SURPLUS)
    except InputError:
        return None
