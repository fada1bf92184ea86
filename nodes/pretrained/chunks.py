"""A prompt of any length as chunks of as many tokens as an encoder reads, with what each token counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.pretrained.source import Tokenizer
from nodes.pretrained.weighting import pieces

Number = TypeVar("Number", int, float)


class Chunks(NamedTuple):
    """Tokens [R, N, L] of R prompts in N chunks, what each counts, and where there are words, of the same shape."""

    ids: Tensor
    weights: Tensor
    mask: Tensor

    @property
    def weighted(self) -> bool:
        """Whether any token counts otherwise than once."""
        return bool((self.weights != 1).any())


def chunked(texts: Sequence[str], tokenizer: Tokenizer, length: int) -> Chunks:
    """The prompts in chunks of `length` tokens, special ones among them; shorter prompts get empty chunks."""
    begin = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
    room = length - len(begin) - 1
    words = [_words(text, tokenizer) for text in texts]
    count = max(1, *(-(-len(found) // room) for found in words))
    ids, weights, mask = list[list[list[int]]](), list[list[list[float]]](), list[list[list[int]]]()
    for found in words:
        parts = [found[room * number : room * (number + 1)] for number in range(count)]
        ids.append([_filled(begin, [token for token, _ in part], tokenizer, length) for part in parts])
        weights.append([_spaced(len(begin), [weight for _, weight in part], length, 1.0) for part in parts])
        mask.append([_spaced(0, [1] * (len(begin) + len(part) + 1), length, 0) for part in parts])
    return Chunks(torch.tensor(ids), torch.tensor(weights), torch.tensor(mask))


def counted(context: Tensor, empty: Tensor, weights: Tensor) -> Tensor:
    """Encoded tokens [R, L, D] that count as their weights [R, L] say: z + (w − 1)(z − z_empty), [L, D] its place."""
    counts = moved(weights[..., None].to(context.dtype), context.device)
    return empty + counts * (context - empty)


def _words(text: str, tokenizer: Tokenizer) -> list[tuple[int, float]]:
    return [
        (token, piece.weight)
        for piece in pieces(text)
        for token in tokenizer([piece.text], add_special_tokens=False)["input_ids"][0]
    ]


def _filled(begin: list[int], tokens: list[int], tokenizer: Tokenizer, length: int) -> list[int]:
    found = [*begin, *tokens, tokenizer.eos_token_id]
    return found + [tokenizer.pad_token_id] * (length - len(found))


def _spaced(before: int, values: list[Number], length: int, filling: Number) -> list[Number]:
    return ([filling] * before + values + [filling] * length)[:length]
