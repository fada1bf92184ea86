"""A table of words with their probabilities: the exact model of masked diffusion."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import beside
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.exact.components import Components

RAREST = 1e-30
"""The probability of what cannot come: logits stay finite, so that guidance may subtract them."""


class Table(Components):
    """p(tokens) as a list of words [K, L] int64 and their weights; each token is masked with probability s/(1 + s).

    x [B, L] int64, where V = len(vocabulary) is the mask. The answer is log p(token at i | the tokens that are not
    masked), [B, L, V] float64. Where no word agrees with x, those count that disagree at the fewest places.
    """

    abilities = frozenset({"prompt", "conditional", "level_map"})

    def __init__(self, space: Space, words: Tensor, weights: Tensor, classes: tuple[str, ...]) -> None:
        super().__init__(space, weights, classes)
        size = len(space.vocabulary)
        if words.shape[1:] != space.event or not bool(((words >= 0) & (words < size)).all()):
            raise InputError(
                "these are no words of the vocabulary",
                given=f"words of shape {list(words.shape)}",
                allowed=f"[K, {space.event[0]}] of tokens 0 … {size - 1}",
            )
        self.words = words

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The conditional of each token, given those that are not masked; of the level it does not depend."""
        wrong = self._disagreements(q.x).sum(2)
        chosen = self._log_chosen(q.cond, q.x).expand(wrong.shape)
        # Of the words that the condition names, those that disagree least.
        least = wrong.masked_fill(torch.isinf(chosen), self.words.shape[1] + 1).amin(1, keepdim=True)
        shares = torch.softmax(chosen.masked_fill(wrong > least, -torch.inf), 1)
        words = moved(self.words, q.x.device)
        one_hot = (words[..., None] == torch.arange(self.space.mask, device=q.x.device)).double()
        return Prediction(torch.einsum("bk,klv->blv", shares, one_hot).clamp(min=RAREST).log())

    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """0 where the tokens of x that are not masked are those of word k, −inf elsewhere; [B, K]."""
        return torch.zeros(len(x), len(self.words), dtype=torch.float64, device=x.device).masked_fill(
            self._disagreements(x).any(2), -torch.inf
        )

    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """The log probability that these places are masked at level s, and no others, [B]."""
        kept, lost = beside(-torch.log1p(s), x), beside(-torch.log1p(1 / s), x)
        return torch.where(x == self.space.mask, lost, kept).sum(1)

    def _disagreements(self, x: Tensor) -> Tensor:
        """Where x has another token than word k, masks aside; bool [B, K, L]."""
        seen = (x != self.space.mask)[:, None]
        return seen & (x[:, None] != moved(self.words, x.device))
