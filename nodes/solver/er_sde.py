"""ER-SDE: extended reverse-time SDEs, whose noise is a function of the level that one chooses."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, beside, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.history import in_line, recalled, remembered
from nodes.solver.reverse_sde import NoiseScale
from nodes.solver.staying import stayed

Stage: TypeAlias = Literal[1, 2, 3]
X0, LEVEL, SLOPE = "er_sde/x0", "er_sde/s", "er_sde/slope"
POINTS, WEIGHTS = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(24))


@node(abilities=abilities("stochastic"), cost=Estimate(calls=lambda steps: steps))
def er_sde(*, max_stage: Stage = 3, s_noise: NoiseScale = 1.0) -> Solver:
    """ER-SDE-Solver-1 to -3 (Cui et al. 2023, arXiv:2309.06169), as its code and ComfyUI have it.

    With y = x0 + s ε, φ(s) = s (e^(s^0.3) + 10), r = φ(s')/φ(s) and Δ = s' − s: y' = r y + (1 − r) x0
    + (Δ + φ(s') ∫ dv/φ(v)) D + (Δ²/2 + φ(s') ∫ (v − s) dv/φ(v)) D' + s_noise √(s'² − r² s²) z, both integrals from s'
    to s; D = (x0 − x0_1)/(s − s_1) from the second step of a row and `max_stage` 2 on, and D' = 2 (D − D_1)/(s − s_2)
    from the third and 3 on. φ = s would be the probability flow, φ = s² the reverse SDE. Steps to or from s = 0 or inf
    are of stage 1, and after a turn of the levels it begins anew. Where the level rises φ = s, and nothing is drawn.
    The integrals are by Gauss and Legendre; the code sums 200 rectangles. `s_noise` other than 1 changes the law.
    Weak order 1, 2 and 2; 1 model call a step. Errors: a sample of tokens.
    """
    return ErSde(max_stage, s_noise)


class ErSde(Stochastic):
    """The method of `er_sde`; in `past` the last x0 and its slope, and the last two levels."""

    abilities = frozenset({"stochastic"})

    def __init__(self, max_stage: Stage, s_noise: float) -> None:
        self.max_stage: Stage = max_stage
        self.s_noise = s_noise

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        s, to = state.s, s_next
        (alpha, sigma), (alpha_next, sigma_next) = alpha_sigma(s), alpha_sigma(to)
        falls = to < s
        share = torch.where(falls, excess(to) / excess(torch.where(falls, s, 1.0)), 1.0)  # φ(s')/φ(s) · s/s'
        over = torch.where(s == 0, 0.0, sigma_next / torch.where(s == 0, 1.0, sigma)) * share
        mean = factor(over, x0) * state.x + factor(alpha_next - over * alpha, x0) * x0
        mean, past = self._bent(mean, x0, state, s_next)
        mean = stayed(begun, mean, s, to)
        std = torch.where(falls, sigma_next * torch.sqrt((1 - share.square()).clamp(min=0)), 0.0)
        return GaussianKernel(mean, self.s_noise * std, state, replace(state.reached(mean, s_next), past=past))

    def _bent(self, mean: Tensor, x0: Tensor, state: State, s_next: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean with what earlier answers add, and the past with this answer."""
        device = x0.device
        s, to = moved(state.s, device), moved(s_next, device)
        levels, earlier = recalled(state.past, LEVEL, 2), recalled(state.past, X0, 1)
        slope = torch.zeros_like(x0)
        if earlier and self.max_stage > 1:
            used = in_line(to, s, levels)
            first, second = (moved(weight, device) for weight in bends(state.s, s_next))
            slope = (x0 - earlier[0]) * _inverse(s - levels[0], used[0], x0)
            mean = mean + beside(first, x0).to(x0.dtype) * slope
            if len(levels) > 1 and self.max_stage > 2:  # noqa: PLR2004 - the third stage
                curve = 2 * (slope - recalled(state.past, SLOPE, 1)[0]) * _inverse(s - levels[1], used[1], x0)
                mean = mean + beside(second, x0).to(x0.dtype) * curve
        past = remembered(state.past, LEVEL, s, 2)
        return mean, {**past, f"{X0}/1": x0, f"{SLOPE}/1": slope}


def _inverse(apart: Tensor, used: Tensor, x0: Tensor) -> Tensor:
    """1/apart where used, else 0, to multiply x0 with."""
    return beside(torch.where(used, 1 / torch.where(used, apart, 1.0), 0.0).to(x0.dtype), x0)


def excess(s: Tensor) -> Tensor:
    """φ(s)/s = e^(s^0.3) + 10."""
    return torch.exp(s**0.3) + 10


def bends(s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor]:
    """What D and D' are weighed with, α' times the brackets; 0 for steps to or from s = 0 or inf."""
    known = (s > 0) & (s_next > 0) & torch.isfinite(s) & torch.isfinite(s_next)
    begin, end = torch.where(known, s, 2.0), torch.where(known, s_next, 1.0)
    # Over ln v, in which 1/φ(v) dv = d(ln v)/excess(v) is smooth over many decades.
    middle, half = torch.log(begin * end) / 2, torch.log(begin / end) / 2
    points = torch.exp(middle[..., None] + half[..., None] * POINTS)
    rising = (end > begin)[..., None]
    weights = half[..., None] * WEIGHTS / torch.where(rising, 1.0, excess(points))
    scale = end * torch.where(rising[..., 0], 1.0, excess(end))
    change = end - begin
    first = change + scale * weights.sum(-1)
    second = change.square() / 2 + scale * (weights * (points - begin[..., None])).sum(-1)
    alpha = alpha_sigma(s_next)[0]
    return torch.where(known, alpha * first, 0.0), torch.where(known, alpha * second, 0.0)
