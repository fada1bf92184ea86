"""Draws from the law that an exact model has at a level."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.cond import Cond
from nodes.contracts.draws import uniform
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.exact.coloured import Coloured
from nodes.exact.components import ENTRY, Components
from nodes.exact.empirical import Empirical
from nodes.exact.mixture import Mixture
from nodes.sources.named import start_noise


def marginal_draw(model: Model, rows: Rows, s: float, cond: Cond | None = None) -> Tensor:
    """The x of each row at level s, [B, *event] float64; `cond` is row-aligned, and names components.

    The row's own noise ε leads to it: α m_k + S_k^½ ε in a mixture, α a_k + σ ε among points.
    """
    if isinstance(model, Coloured):
        return model.colouring.colour(marginal_draw(model.white, rows, s, cond))
    if not isinstance(model, (Mixture, Empirical)):
        raise InputError(
            "the law of the model's data is not known",
            where="model",
            given=type(model).__name__,
            allowed="model.gaussian, model.mixture, model.empirical or another exact model, wired directly",
            mend="fit a law to samples with model.fitted",
        )
    eps = start_noise(model.space, rows).double()
    chosen = component_draw(model, rows, eps, cond)
    alpha, sigma = alpha_sigma(torch.tensor(s, dtype=torch.float64))
    if isinstance(model, Empirical):
        return alpha * model.points.to(eps)[chosen] + sigma * eps
    roots = torch.sqrt(alpha.square() * model.values[chosen] + sigma.square())
    return (alpha * model.means[chosen] + _rooted(model, chosen, roots, eps.flatten(1))).reshape(eps.shape)


def component_draw(model: Components, rows: Rows, like: Tensor, cond: Cond | None) -> Tensor:
    """The component of each row [B], by the row's seed, among those that the condition names."""
    if cond is not None:
        cond.need((ENTRY,), "this exact model")
    shares = model.shares(like.new_zeros(len(rows), len(model.classes)), cond, like)
    part = uniform(rows, (), "component")
    # The sum of the shares may fall short of 1 by rounding; what lies beyond it is the last that has a share.
    above = shares.cumsum(1) > part[:, None]
    last = (shares > 0).long().cumsum(1).argmax(1)
    return torch.where(above.any(1), above.long().argmax(1), last)


def _rooted(model: Mixture, chosen: Tensor, roots: Tensor, eps: Tensor) -> Tensor:
    """S_k^½ ε, [B, D]: the symmetric root, so that of one Gaussian it is where the probability flow leads ε."""
    if model.vectors is None:
        return roots * eps
    vectors = model.vectors[chosen]
    turned = torch.einsum("bde,bd->be", vectors, eps)
    return torch.einsum("bde,be->bd", vectors, roots * turned)
