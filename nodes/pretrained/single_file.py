"""A checkpoint in one file, in the layout of those who made its architecture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from torch import nn

from graphs.errors import InputError
from nodes.networks.mapped import Stored
from nodes.networks.placed import Placed, identity_of
from nodes.networks.weights import empty, fill, open_weights
from nodes.pretrained.configs import Config
from nodes.pretrained.extra import library
from nodes.pretrained.mapped import SURPLUS, Diffusers
from nodes.pretrained.original.layout import Layout, layout_of
from nodes.pretrained.original.part import Part, Tensors
from nodes.pretrained.source import Source, Tokenizer, still
from nodes.pretrained.strangers import refuse_strangers, stranger
from nodes.pretrained.vocabulary import find_words, state_of, tokens, words_of

T = TypeVar("T")
INNER = "text_model."
"""What CLIP's layers lay beneath until transformers 5."""


class _Transformers(Protocol):
    """A class of networks of transformers."""

    config_class: Callable[..., object]

    def __call__(self, config: object) -> nn.Module: ...


class SingleFile(Source):
    """The family and the configurations are read off the tensors' names and shapes, and what is known of the family.

    The tensors are mapped and nothing of them is read before a part is asked for. The vocabulary of the text encoders
    lies in no such file: it is taken from `words`, a folder, or found (`nodes.pretrained.vocabulary`).
    """

    def __init__(self, path: Path, *, pickles: bool = False, words: Path | None = None) -> None:
        self.path, self.pickles, self.words = path, pickles, words
        self.kind = self.layout.kind
        self._parts: dict[str, Part] = {}

    @cached_property
    def file(self) -> Stored:
        """The tensors, mapped."""
        return open_weights(self.path, allow_pickle=self.pickles)

    @cached_property
    def layout(self) -> Layout:
        """What the file holds; `InputError` where that is no checkpoint."""
        tensors, metadata = self.file
        refuse_strangers(tensors, self.path)
        found = self._read(lambda: layout_of(tensors, metadata))
        if found is None:
            raise stranger(tensors, self.path)
        return found

    def has(self, name: str) -> bool:
        """Whether the file has it; a vocabulary may be looked for where its encoder is there."""
        encoder = name.replace("tokenizer", "text_encoder")
        return name in self.layout.makers or name == "scheduler" or (encoder != name and encoder in self.layout.makers)

    def config(self, name: str) -> Config:
        """Of a network by its shapes; of the rest, or a VAE that the file lacks, what is known of the family."""
        if name in self.layout.makers:
            return self._part(name).config
        self.require(name if name not in self.layout.configs else "scheduler", name)
        return self.layout.configs[name]

    def settings(self) -> Config:
        """What is known of the family."""
        return self.layout.settings

    def network(self, name: str, dtype: torch.dtype) -> nn.Module:
        """A part with its weights; by memory map, in this dtype."""
        self.require(name, name)
        part = self._part(name)
        network = _made(part)
        fill(network, _named(network, part), str(self.path), surplus=SURPLUS)
        network = Placed(network, "cpu", dtype=dtype).module
        # What the library keeps in float32 beside halves overflows in them, as T5's last matrices do.
        kept = getattr(network, "_keep_in_fp32_modules", None) or ()
        for place, module in network.named_modules():
            if dtype is torch.float16 and set(kept) & set(place.split(".")):
                module.float()
        return still(network)

    def stored(self, name: str) -> torch.dtype:
        """That of the most numbers of the part."""
        sizes = Counter[torch.dtype]()
        for tensor in self._part(name).tensors.values() if self.has(name) else ():
            sizes[tensor.dtype] += tensor.numel()
        return sizes.most_common(1)[0][0] if sizes else torch.float32

    def tokenizer(self, name: str) -> Tokenizer:
        """The words of the encoder of that number."""
        part = self._part(name.replace("tokenizer", "text_encoder"))
        return tokens(part, find_words(words_of(part), self.path, self.words))

    def identity(self) -> object:
        """The file's name, size and time, and those of the vocabulary that is chosen."""
        return identity_of(self.path), () if self.words is None else state_of(self.words)

    def _part(self, name: str) -> Part:
        if name not in self._parts:
            self._parts[name] = self._read(self.layout.makers[name])
        return self._parts[name]

    def _read(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (LookupError, ValueError) as error:
            problem = "the file lacks a tensor that every checkpoint of its family has, or has it in another shape"
            raise InputError(problem, where=str(self.path), given=str(error), mend="fetch it again") from None


def _made(part: Part) -> nn.Module:
    """The network without memory for its weights."""
    if part.library == "diffusers":
        ours: Diffusers = getattr(library(part.library), part.kind)
        return empty(lambda: ours.from_config(part.config))
    theirs: _Transformers = getattr(library(part.library), part.kind)
    return empty(lambda: theirs(theirs.config_class(**part.config)))


def _named(network: nn.Module, part: Part) -> Tensors:
    """The tensors by the names of the installed version of the library."""
    deeper = any(name.startswith(INNER) for name, _ in network.named_parameters())
    return part.tensors if deeper else {name.removeprefix(INNER): part.tensors[name] for name in part.tensors}
