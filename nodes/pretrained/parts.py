"""The parts of a checkpoint in memory: each opened when it is first asked for, and shared by all who ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import torch
from torch import nn

from graphs.running.residents import Residents
from nodes.contracts.identity import digest_of
from nodes.networks.placed import Placed
from nodes.pretrained.source import Source, Tokenizer


class Parts:
    """A checkpoint's parts, in one dtype on one device; nodes and runs share what lies in memory already."""

    def __init__(self, source: Source, dtype: torch.dtype, device: str, residents: Residents | None = None) -> None:
        self.source, self.dtype, self.device = source, dtype, device
        self.residents = Residents() if residents is None else residents

    @cached_property
    def digest(self) -> str:
        """Of the files and of the dtype."""
        return digest_of((self.source.identity(), str(self.dtype)), Parts)

    @contextmanager
    def working(self, name: str, dtype: torch.dtype | None = None) -> Iterator[nn.Module]:
        """Hold a network where it computes; in another dtype than the others where that is said."""
        chosen = dtype or self.dtype

        def load() -> Placed[nn.Module]:
            return Placed(self.source.network(name, chosen), self.device, self.residents)

        key = f"pretrained {self.digest} {name} {chosen} {self.device}"
        with self.residents.keep(key, load).working() as network:
            yield network

    def tokenizer(self, name: str) -> Tokenizer:
        """A tokenizer."""
        key = f"pretrained {self.digest} {name}"
        return self.residents.keep(key, lambda: self.source.tokenizer(name))
