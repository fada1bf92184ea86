"""T5's encoder, as diffusion models read it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.pretrained.chunks import chunked, counted
from nodes.pretrained.parts import Parts


class T5:
    """An encoder and its tokenizer; texts are filled up to `length` tokens, and what fills them is read as any token.

    So the pipelines of SD3 and FLUX do, whose networks were trained with it. A longer prompt is encoded in chunks, one
    beside the other, and tokens count as `nodes.pretrained.chunks.counted` has it, as with CLIP.
    """

    def __init__(self, parts: Parts, name: str, tokenizer: str, *, length: int) -> None:
        self.parts, self.name, self.length = parts, name, length
        self.tokenizer = parts.tokenizer(tokenizer)

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
        with self.parts.working(self.name) as network, torch.no_grad():
            context: Tensor = network(moved(ids, self.parts.device), return_dict=False)[0]
        return context
