"""T5's encoder, as diffusion models read it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nodes.contracts.devices import moved
from nodes.pretrained.chunks import chunked, counted
from nodes.pretrained.source import Tokenizer


class T5:
    """An encoder and its tokenizer; texts are filled up to `length` tokens, and what fills them is read as any token.

    So the pipelines of SD3 and FLUX do, whose networks were trained with it. A longer prompt is encoded in chunks, one
    beside the other, and tokens count as `nodes.pretrained.chunks.counted` has it, as with CLIP.
    """

    def __init__(self, network: nn.Module, tokenizer: Tokenizer, length: int) -> None:
        self.network, self.tokenizer, self.length = network, tokenizer, length

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """The texts' tokens, [R, N·length, D]."""
        chunks = chunked(texts, self.tokenizer, self.length)
        rows, count, _ = chunks.ids.shape
        context = self._read(chunks.ids.flatten(0, 1))
        if chunks.weighted:
            empty = self._read(chunked([""], self.tokenizer, self.length).ids[0])
            context = counted(context, empty, chunks.weights.flatten(0, 1))
        return context.reshape(rows, count * self.length, -1)

    def _read(self, ids: Tensor) -> Tensor:
        place = next(self.network.parameters()).device
        with torch.no_grad():
            context: Tensor = self.network(moved(ids, place), return_dict=False)[0]
        return context
