"""Where a checkpoint's parts come from, whatever its format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from graphs.errors import InputError
from nodes.pretrained.configs import Config


class Tokenizer(Protocol):
    """What is used of a tokenizer of the transformers library."""

    model_max_length: int
    bos_token_id: int | None
    eos_token_id: int
    pad_token_id: int

    def __call__(self, text: list[str], **settings: object) -> Mapping[str, list[list[int]]]:
        """The tokens of texts."""


class Source(ABC):
    """A checkpoint: which pipeline it is of, what parts it has, and how each is opened."""

    path: Path
    kind: str
    """The pipeline's class, as StableDiffusionPipeline, or the only component's."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether it has such a part."""

    @abstractmethod
    def config(self, name: str) -> Config:
        """A part's configuration."""

    @abstractmethod
    def settings(self) -> Config:
        """What the pipeline itself is told."""

    @abstractmethod
    def network(self, name: str, dtype: torch.dtype) -> nn.Module:
        """A part with its weights, on the CPU."""

    @abstractmethod
    def tokenizer(self, name: str) -> Tokenizer:
        """A part that makes tokens of texts."""

    @abstractmethod
    def identity(self) -> object:
        """What differs where the files differ."""

    def stored(self, name: str) -> torch.dtype:
        """The dtype that a part's weights are stored in."""
        return torch.float32

    def require(self, name: str, what: str) -> None:
        """`InputError` where the checkpoint lacks a part."""
        if not self.has(name):
            raise InputError(
                f"the checkpoint has no {what}",
                where=str(self.path),
                given=f"{self.kind} without {name}",
                mend="fetch the whole checkpoint, or wire that part from another one",
            )


def still(network: nn.Module) -> nn.Module:
    """A network to be asked, never trained."""
    return network.eval().requires_grad_(requires_grad=False)
