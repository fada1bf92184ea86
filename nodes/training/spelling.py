"""A judge of names: how often which letter follows which, by kind, counted on names that the network never saw."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor

from nodes.training.names_table import KINDS, TOKENS, Name

LETTERS = ("", *dict.fromkeys(token.lower() for token in TOKENS))
"""What is counted; the first is the edge of a name."""

NUMBERS = {letter: number for number, letter in enumerate(LETTERS)}
PRIOR, KIND_PRIOR = 0.1, 8.0
"""What each pair is counted besides, of all kinds; so many pairs of all kinds are added to those of one."""

BITS, HASHES = 2**19, 4
"""Of a list of names that may say one time in a hundred, wrongly, that it holds a name."""


@dataclass(frozen=True)
class Judge:
    """`pairs` int32 [K, V, V]: of each kind, how often the second letter followed the first; `seen`: see `holds`."""

    pairs: Tensor
    seen: Tensor

    @staticmethod
    def trained(unseen: Iterable[Name], seen: Iterable[Name]) -> Judge:
        """Counted on names that the network never saw, with a list of those that it saw."""
        pairs = torch.zeros(len(KINDS), len(LETTERS), len(LETTERS), dtype=torch.int32)
        for name in unseen:
            for before, after in _steps(name.text):
                pairs[KINDS.index(name.kind), before, after] += 1
        bits = torch.zeros(BITS, dtype=torch.uint8)
        for name in seen:
            bits[_places(name.text)] = 1
        return Judge(pairs, _packed(bits))

    @staticmethod
    def read(path: Path) -> Judge:
        """The judge that `content` wrote."""
        return Judge(**load(path.read_bytes()))

    def content(self) -> bytes:
        """The judge's file."""
        return save({"pairs": self.pairs, "seen": self.seen})

    def holds(self, text: str) -> bool:
        """Whether a name is in the list (Bloom 1970): always where it is, one time in a hundred where it is not."""
        return all(int(self.seen[place // 8]) >> (place % 8) & 1 for place in _places(text))

    def score(self, texts: Sequence[str]) -> Tensor:
        """The log likelihood of each text by each kind's pairs of letters, [N, K] of float64."""
        every = self.pairs.sum(0).double() + PRIOR
        shared = every / every.sum(1, keepdim=True)
        own = self.pairs.double() + KIND_PRIOR * shared
        logs = (own / own.sum(2, keepdim=True)).log()
        return torch.stack([sum((logs[:, a, b] for a, b in _steps(text)), torch.zeros(len(KINDS))) for text in texts])

    def plain(self, texts: Sequence[str]) -> Tensor:
        """The log likelihood of each text by the letter, by the pairs of all kinds, [N] of float64."""
        every = self.pairs.sum(0).double() + PRIOR
        logs = (every / every.sum(1, keepdim=True)).log()
        return torch.stack([torch.stack([logs[a, b] for a, b in _steps(text)]).mean() for text in texts])


@dataclass(frozen=True)
class Verdict:
    """Shares of a list of names, and how likely they are in the mean by the letter."""

    fresh: float
    """Not among the names that the network learnt."""
    different: float
    """Not said before in the list."""
    likely: float
    """The mean log likelihood by the letter."""
    plausible: float
    """No less likely than the least likely twentieth of real names."""
    told: float
    """Likelier of their own kind than of any other."""


def verdict(judge: Judge, names: Sequence[Name], least: float) -> Verdict:
    """What the judge says of names; `least` is the log likelihood by the letter that is plausible."""
    texts = [name.text for name in names]
    likely, kinds = judge.plain(texts), judge.score(texts).argmax(1)
    return Verdict(
        fresh=sum(not judge.holds(text) for text in texts) / len(texts),
        different=len({text.lower() for text in texts}) / len(texts),
        likely=float(likely.mean()),
        plausible=float((likely >= least).double().mean()),
        told=sum(KINDS[kind] == name.kind for kind, name in zip(kinds.tolist(), names, strict=True)) / len(names),
    )


def _steps(text: str) -> list[tuple[int, int]]:
    """The pairs of letters of a text, with its edges."""
    numbers = [0, *(NUMBERS[letter] for letter in text.lower()), 0]
    return list(itertools.pairwise(numbers))


def _places(text: str) -> list[int]:
    digest = hashlib.blake2b(text.lower().encode(), digest_size=4 * HASHES).digest()
    return [int.from_bytes(digest[4 * place : 4 * place + 4], "little") % BITS for place in range(HASHES)]


def _packed(bits: Tensor) -> Tensor:
    powers = (1 << torch.arange(8)).to(torch.uint8)
    return (bits.reshape(-1, 8) * powers).sum(1).to(torch.uint8)
