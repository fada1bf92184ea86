"""From a prompt to numbers: a word-level vocabulary and a small transformer over the words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.networks.configuration import NetworkConfiguration

EMPTY = 0
"""Identifier of a place in a prompt that holds no word."""

UNKNOWN = 1
"""Identifier of every word outside the vocabulary."""

SPECIAL = 2
"""Identifiers before that of the first word."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Vocabulary:
    """The words a network knows; a prompt becomes `length` identifiers.

    Case and punctuation do not count. A lone digit is read as its English name where the vocabulary has the name
    and not the digit.
    """

    words: tuple[str, ...]
    length: int

    @property
    def size(self) -> int:
        """Number of identifiers: the words, the empty place and the unknown word."""
        return len(self.words) + SPECIAL

    @cached_property
    def _identifiers(self) -> dict[str, int]:
        known = {word: number for number, word in enumerate(self.words, start=SPECIAL)}
        spoken = {str(digit): known[name] for digit, name in enumerate(DIGITS) if name in known}
        return spoken | known

    def encode(self, text: str) -> list[int]:
        """The identifiers of the first `length` words of `text`, filled up with `EMPTY` to exactly `length`."""
        found = [self._identifiers.get(word, UNKNOWN) for word in split(text)[: self.length]]
        return found + [EMPTY] * (self.length - len(found))

    def unknown(self, text: str) -> list[str]:
        """The words of `text` that the vocabulary lacks, each once, in order of appearance."""
        return [word for word in dict.fromkeys(split(text)) if word not in self._identifiers]

    def surplus(self, text: str) -> list[str]:
        """The words of `text` past the first `length`, which `encode` drops."""
        return split(text)[self.length :]


def split(text: str) -> list[str]:
    """The words of `text`: runs of the letters a to z and digits, lower case, apostrophes closed up."""
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", ""))


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, equation 1).

    `query` [B, heads, N, W], `key` and `value` [B, heads, M, W], `mask` broadcast to [B, heads, N, M] and true where
    a key may be seen, at least once in each row; returns [B, heads, N, W].
    """
    scores = (query / math.sqrt(query.shape[-1])) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(-1) @ value


def split_heads(tokens: Tensor, parts: int, heads: int) -> tuple[Tensor, ...]:
    """Cuts tokens [B, N, parts*heads*W] into `parts` tensors [B, heads, N, W]."""
    batch, count, _ = tokens.shape
    return tokens.view(batch, count, parts, heads, -1).permute(2, 0, 3, 1, 4).unbind()


def join_heads(tokens: Tensor) -> Tensor:
    """Lays the heads of [B, heads, N, W] side by side: [B, N, heads*W]."""
    return tokens.transpose(1, 2).flatten(2)


class TextLayer(nn.Module):
    """Pre-norm transformer layer: attention among the tokens, then a two-layer perceptron of twice the width."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.attention_in = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.perceptron_norm = nn.LayerNorm(width)
        self.perceptron_in = nn.Linear(width, 2 * width)
        self.perceptron_out = nn.Linear(2 * width, width)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Tokens [R, N, D] and the mask [R, 1, 1, N] of those that may be seen; returns [R, N, D]."""
        query, key, value = split_heads(self.attention_in(self.attention_norm(tokens)), 3, self.heads)
        tokens = tokens + self.attention_out(join_heads(attend(query, key, value, mask)))
        hidden = functional.gelu(self.perceptron_in(self.perceptron_norm(tokens)))
        changed: Tensor = tokens + self.perceptron_out(hidden)
        return changed


class TextEncoder(nn.Module):
    """Turns word identifiers into tokens to attend to, led by a summary token that is there even without words."""

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        width, heads = configuration.context_width, configuration.text_heads
        self.words = spread(0.3, len(configuration.vocabulary) + SPECIAL, width)
        self.positions = spread(0.02, configuration.prompt_length + 1, width)
        self.summary = spread(0.02, width)
        self.layers = nn.ModuleList(TextLayer(width, heads) for _ in range(configuration.text_layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, identifiers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Identifiers [R, L]; returns context [R, L+1, D], pooled [R, D] and mask [R, L+1], false at empty places."""
        summary = self.summary.expand(identifiers.shape[0], 1, -1)
        tokens = torch.cat([summary, functional.embedding(identifiers, self.words)], dim=1) + self.positions
        mask = functional.pad(identifiers != EMPTY, (1, 0), value=True)
        for layer in self.layers:
            tokens = layer(tokens, mask[:, None, None, :])
        tokens = self.norm(tokens)
        return tokens, tokens[:, 0], mask


def spread(deviation: float, *shape: int) -> nn.Parameter:
    """Weights with this standard deviation at the start.

    Uniform, because drawing normals for a network without memory makes torch import its decompositions, for a second.
    """
    bound = deviation * math.sqrt(3)
    return nn.Parameter(nn.init.uniform_(torch.empty(*shape), -bound, bound))
