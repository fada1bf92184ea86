"""CLIP's text encoder, as diffusion models read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from graphs.errors import InputError
from nodes.contracts.devices import moved
from nodes.pretrained.chunks import Chunks, chunked, counted
from nodes.pretrained.parts import Parts

LONGEST = 77
"""Tokens that a CLIP encoder reads at most."""


class Encoded(NamedTuple):
    """Texts as a model reads them: tokens [R, L, D], and one vector for each text [R, P]."""

    context: Tensor
    pooled: Tensor


def joined(parts: Sequence[Encoded]) -> Encoded:
    """What several encoders make of the same texts, side by side; zeros where one has fewer tokens."""
    longest = max(part.context.shape[1] for part in parts)
    contexts = [pad(part.context, (0, 0, 0, longest - part.context.shape[1])) for part in parts]
    return Encoded(torch.cat(contexts, -1), torch.cat([part.pooled for part in parts], -1))


class _Output(Protocol):
    hidden_states: tuple[Tensor, ...]
    last_hidden_state: Tensor
    pooler_output: Tensor


class Clip:
    """An encoder and its tokenizer.

    `layer` counts from the end: 0 is the last layer, behind the final norm; `normed` puts that norm behind an earlier
    one too. A prompt longer than the encoder reads is encoded in chunks, one beside the other. A token of weight w is
    z + (w − 1)(z − z_empty), where z_empty stands at its place in the empty prompt.
    """

    def __init__(self, parts: Parts, name: str, tokenizer: str, *, layer: int, normed: bool) -> None:
        self.parts, self.name, self.layer, self.normed = parts, name, layer, normed
        self.tokenizer = parts.tokenizer(tokenizer)

    def __call__(self, texts: Sequence[str]) -> Encoded:
        """The texts; pooled is of the first chunk."""
        length = min(self.tokenizer.model_max_length, LONGEST)
        chunks = chunked(texts, self.tokenizer, length)
        rows, count, _ = chunks.ids.shape
        context, pooled = self._read(chunks.ids.flatten(0, 1))
        if chunks.weighted:
            context = self._weighted(context, chunks, length)
        return Encoded(context.reshape(rows, count * length, -1), pooled.reshape(rows, count, -1)[:, 0])

    def _weighted(self, context: Tensor, chunks: Chunks, length: int) -> Tensor:
        empty, _ = self._read(chunked([""], self.tokenizer, length).ids[0])
        return counted(context, empty, chunks.weights.flatten(0, 1))

    def _read(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        with self.parts.working(self.name) as network, torch.no_grad():
            output: _Output = network(moved(ids, self.parts.device), output_hidden_states=True)
            return self._layer(network, output), _pooled(output)

    def _layer(self, network: nn.Module, output: _Output) -> Tensor:
        if self.layer == 0:
            return output.last_hidden_state
        if self.layer >= len(output.hidden_states):
            raise InputError(
                "clip_skip leaves out more layers than the text encoder has",
                given=f"the layer {self.layer} before the last, of {len(output.hidden_states) - 1}",
                mend="lower clip_skip",
            )
        context = output.hidden_states[-(self.layer + 1)]
        if not self.normed:
            return context
        # Until transformers 5 the layers lay one deeper.
        inner = dict(network.named_modules()).get("text_model", network)
        normed: Tensor = inner.get_submodule("final_layer_norm")(context)
        return normed


def _pooled(output: _Output) -> Tensor:
    """The projected vector where the encoder has a projection, else that of the last token."""
    projected: Tensor | None = getattr(output, "text_embeds", None)
    found: Tensor = output.pooler_output if projected is None else projected
    return found
