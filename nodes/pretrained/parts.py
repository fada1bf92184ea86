"""The parts of a checkpoint in memory: each opened when it is first asked for, once."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import nn

from nodes.contracts.identity import digest_of
from nodes.pretrained.source import Source, Tokenizer


class Parts:
    """A checkpoint's parts, in one dtype on one device."""

    def __init__(self, source: Source, dtype: torch.dtype, device: str) -> None:
        self.source, self.dtype, self.device = source, dtype, device
        self._networks: dict[str, nn.Module] = {}
        self._tokenizers: dict[str, Tokenizer] = {}

    @cached_property
    def digest(self) -> str:
        """Of the files and of the dtype."""
        return digest_of((self.source.identity(), str(self.dtype)), Parts)

    def network(self, name: str, dtype: torch.dtype | None = None) -> nn.Module:
        """A network, ready to be asked; in another dtype than the others where that is said."""
        if name not in self._networks:
            self._networks[name] = self.source.network(name, dtype or self.dtype).to(self.device)
        return self._networks[name]

    def tokenizer(self, name: str) -> Tokenizer:
        """A tokenizer."""
        if name not in self._tokenizers:
            self._tokenizers[name] = self.source.tokenizer(name)
        return self._tokenizers[name]
