"""The reverse SDE with x0 held: dy = (1 + η) ε ds + √(2 η s) dW, y = x0 + s ε, which every η ≥ 0 gives the same law."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Number
from nodes.contracts.levels import alpha_sigma

Eta: TypeAlias = Annotated[float, Number(minimum=0, maximum=10, step=0.05)]
NoiseScale: TypeAlias = Annotated[float, Number(minimum=0, maximum=10, step=0.005)]


class Held(NamedTuple):
    """The law of a step with x0 held, N(x `of_x` + x0 `of_x0`, `std`²); float64, like the levels."""

    of_x: Tensor
    of_x0: Tensor
    std: Tensor


def held_sde(s: Tensor, s_next: Tensor, eta: float = 1.0) -> Held:
    """The law of a step from s to s_next: with h = λ' − λ it keeps σ'/σ e^(−η h) of x and draws σ' √(1 − e^(−2 η h)).

    `eta` is that of k-diffusion, the square of what scales g in the family of SDEs: 0 the probability flow, 1 the
    reverse SDE, both exact for a single point. Where the level rises nothing is drawn. Finite at s = 0 and s = inf.
    """
    (alpha, sigma), (alpha_next, sigma_next) = alpha_sigma(s), alpha_sigma(s_next)
    falls = s_next < s
    decay = torch.where(falls, torch.where(torch.isinf(s), 0.0, s_next / s), 1.0)  # e^(−h)
    over = torch.where(s == 0, 0.0, sigma_next / sigma)  # at s = 0 there is no ε to keep
    of_x = over * decay**eta
    return Held(of_x, alpha_next - of_x * alpha, sigma_next * torch.sqrt(1 - decay ** (2 * eta)))


def grown(s: Tensor, s_next: Tensor, eta: float) -> Tensor:
    """H = (1 + η) h of a step whose h is given by the levels, η being 0 where they rise; both between 0 and inf."""
    h = torch.log(s / s_next)
    return torch.where(s_next < s, (1 + eta) * h, h)
