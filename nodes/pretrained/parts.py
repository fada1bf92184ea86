"""The parts of a checkpoint in memory: each opened when it is first asked for, once."""

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
    """A checkpoint's parts, in one dtype on one device.

    Networks are the residents': shared by whoever opens the same files, and on the device while there is room.
    """

    def __init__(self, source: Source, dtype: torch.dtype, device: str, residents: Residents | None = None) -> None:
        self.source, self.dtype, self.device = source, dtype, device
        self.residents = residents or Residents()
        self._networks: dict[str, Placed[nn.Module]] = {}
        self._tokenizers: dict[str, Tokenizer] = {}

    @cached_property
    def digest(self) -> str:
        """Of the files and of the dtype."""
        return digest_of((self.source.identity(), str(self.dtype)), Parts)

    def network(self, name: str, dtype: torch.dtype | None = None) -> nn.Module:
        """A network on the device, ready to be asked; in another dtype than the others where that is said.

        It lies there at least until another part is asked for; `working` holds it.
        """
        with self.working(name, dtype) as network:
            return network

    @contextmanager
    def working(self, name: str, dtype: torch.dtype | None = None) -> Iterator[nn.Module]:
        """Hold a network on the device, whatever else is asked for meanwhile."""
        if name not in self._networks:
            self._networks[name] = self._opened(name, dtype or self.dtype)
        with self._networks[name].working() as network:
            yield network

    def _opened(self, name: str, dtype: torch.dtype) -> Placed[nn.Module]:
        def load() -> Placed[nn.Module]:
            return Placed(self.source.network(name, dtype), self.device, self.residents)

        files = digest_of(self.source.identity())
        return self.residents.keep(f"pretrained {files} {name} {dtype} {self.device}", load)

    def tokenizer(self, name: str) -> Tokenizer:
        """A tokenizer."""
        if name not in self._tokenizers:
            self._tokenizers[name] = self.source.tokenizer(name)
        return self._tokenizers[name]
