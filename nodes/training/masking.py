"""What is learned of tokens: to complete a text of which any share is masked."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows


def drawn_times(rows: Rows, step: int) -> Tensor:
    """The share t [B] in (0, 1] of tokens that is masked, uniform: one from each of B equally long intervals."""
    return (torch.arange(len(rows)) + 1 - uniform(rows, (), "level", step=step)) / len(rows)


def masked_at(tokens: Tensor, t: Tensor, mask: int, rows: Rows, step: int) -> Tensor:
    """The tokens [B, L], each masked with probability t [B]."""
    chances = uniform(rows, tuple(tokens.shape[1:]), "masked", step=step)
    return torch.where(chances < t[:, None], mask, tokens)


def masked_loss(logits: Tensor, tokens: Tensor, hidden: Tensor, t: Tensor) -> Tensor:
    """The mean of (1/t) · Σ −log p(token) over the masked places, by the letter; a scalar.

    A bound on the negative log likelihood, for α = 1 − t (Sahoo et al. 2024, arXiv:2406.07524): −α'/(1 − α) = 1/t.
    Logits [B, L, V], tokens [B, L], which of them were `hidden` [B, L], t [B].
    """
    lost = functional.cross_entropy(logits.transpose(1, 2), tokens, reduction="none")
    return (lost * hidden / t[:, None].to(lost.dtype)).mean()
