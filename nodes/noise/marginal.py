"""A start below pure noise."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Count, Estimate, Number, Seed, also, node
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.exact.marginal import marginal_draw
from nodes.noise.batch import First, check_size, space_of


@node(cost=lambda known: Estimate(rows=known.number("count")))
def marginal(
    model: Model,
    cond: Cond | None = None,
    *,
    sigma: Annotated[float, Number(minimum=0, maximum=1e6, infinite=True), also("sigma_start", "sigma_max")] = 1.0,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
) -> Sample:
    """Draws from the law of an exact model at a level: the truncated start of a diffusion (arXiv:2206.05173).

    x ~ Σ w_k N(α m_k, α² C_k + σ² I), or α a_k + σ ε for data a_k, at s = `sigma`, [count, *event]; `cond` chooses
    components. Instead of from pure noise, sampling begins here (TDPM, Zheng et al. 2022): the model is then a prior
    with the law of the noised data, as model.gaussian of their mean and covariance or model.fitted to them, and another
    one, a network, goes on from here, over levels that begin at `sigma` (levels.clip, sigma_max of levels.karras). With
    the law of the data themselves nothing is lost. sigma 0 gives data. x is made of the noise ε that noise.gaussian has
    for the seed: of one Gaussian it is the point to which the probability flow takes that, α m + (α² C + σ² I)^½ ε.
    A row depends on `seed` and its number only. Cost: none.
    Errors: a model whose law is not known, as a network; a batch of more than 2^28 numbers.
    """
    space = space_of(model, ())
    check_size(space, count)
    rows = Rows.first(seed, count, first)
    own = None if cond is None else cond.gather(rows.origin).to("cpu")
    x = marginal_draw(model, rows, sigma, own).float()
    return Sample(x, torch.full((count,), sigma, dtype=torch.float64), space, rows)
