"""Loops as one writes them by hand for one batch at one level, with floats that are made beforehand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

Loop: TypeAlias = Callable[[Tensor, Callable[[int], Tensor], Tensor], Tensor]
"""From x at the first level, the answers by their number, and the noise, to x at the last level."""
Prepare: TypeAlias = Callable[[Sequence[float]], Loop]
"""From the levels to a loop."""
POINTS = 40
"""Of the quadrature that the floats of DEIS and UniPC are made by."""


@torch.no_grad()
def run(loop: Loop, x: Tensor, answers: Sequence[Tensor], z: Tensor) -> Tensor:
    """The loop from pure noise x; the answers lie ready."""
    return loop(x, lambda number: answers[number % len(answers)], z)


def alpha(s: float) -> float:
    """α."""
    return 1 / math.sqrt(1 + s * s)


def held(s: float, s_next: float) -> tuple[float, float]:
    """What x and x0 count in a step with x0 held: σ'/σ and α' (1 − s'/s)."""
    return s_next * alpha(s_next) / (s * alpha(s)), alpha(s_next) * (1 - s_next / s)


def begun(levels: Sequence[float]) -> float:
    """The σ that noise enters with."""
    return levels[0] * alpha(levels[0])


def euler(levels: Sequence[float]) -> Loop:
    """x' = (σ'/σ) x + α' (1 − s'/s) x0."""
    steps = [held(*pair) for pair in pairwise(levels)]

    def loop(x: Tensor, answer: Callable[[int], Tensor], z: Tensor) -> Tensor:
        x = begun(levels) * x
        for number, (a, b) in enumerate(steps):
            x = a * x + b * answer(number)
        return x

    return loop


def ddim(levels: Sequence[float]) -> Loop:
    """DDIM with η = 1: x' = (left/σ) x + (α' − left α/σ) x0 + σ_up z."""
    steps = []
    for s, s_next in pairwise(levels):
        up = alpha(s_next) * s_next * math.sqrt(1 - (s_next / s) ** 2)
        left = math.sqrt(max(0.0, (s_next * alpha(s_next)) ** 2 - up * up))
        steps.append((left / (s * alpha(s)), alpha(s_next) - left / s, up))

    def loop(x: Tensor, answer: Callable[[int], Tensor], z: Tensor) -> Tensor:
        x = begun(levels) * x
        for number, (a, b, c) in enumerate(steps):
            x = a * x + b * answer(number) + c * z
        return x

    return loop


def heun(levels: Sequence[float]) -> Loop:
    """Euler, and y' = y + (s' − s)(ε + ε')/2 by the answer at its end."""
    steps = []
    for s, s_next in pairwise(levels):
        half = (s_next - s) / 2 * alpha(s_next)
        # ε = (x/α − x0)/s and ε' = (x'/α' − x0')/s'.
        of_x = alpha(s_next) / alpha(s) + half / (alpha(s) * s)
        end = (of_x, -half / s, half / (alpha(s_next) * s_next), -half / s_next) if s_next else None
        steps.append((held(s, s_next), end))

    def loop(x: Tensor, answer: Callable[[int], Tensor], z: Tensor) -> Tensor:
        x = begun(levels) * x
        for number, ((a, b), end) in enumerate(steps):
            x0 = answer(number)
            reached = a * x + b * x0
            if end is not None:
                c, d, e, f = end
                reached = c * x + d * x0 + e * reached + f * answer(number + 1)
            x = reached
        return x

    return loop


def dpmpp_2m(levels: Sequence[float]) -> Loop:
    """x' = (σ'/σ) x − α' expm1(−h) D, Algorithm 2 of arXiv:2211.01095."""
    steps, last = [], 0.0
    for s, s_next in pairwise(levels):
        h = math.log(s / s_next) if s_next else 0.0
        bend = h / (2 * last) if last else 0.0
        a, b = held(s, s_next)
        steps.append((a, b * (1 + bend), -b * bend))
        last = h

    def loop(x: Tensor, answer: Callable[[int], Tensor], z: Tensor) -> Tensor:
        x, before = begun(levels) * x, None
        for number, (a, b, c) in enumerate(steps):
            x0 = answer(number)
            x = a * x + b * x0 if before is None else a * x + b * x0 + c * before
            before = x0
        return x

    return loop


def deis(levels: Sequence[float]) -> Loop:
    """Of order 4 in λ: y' = y + Σ w_k ε_k, ε = (x − α x0)/σ."""
    steps = []
    for place, (s, s_next) in enumerate(pairwise(levels)):
        earlier = list(levels[max(0, place - 3) : place])[::-1]
        known = [s, *earlier]
        read: Callable[[float], float] = (lambda level: -math.log(level)) if s_next else float
        weights = integrals(known, read, s, s_next)
        sums = [alpha(s_next) * weight for weight in weights]
        steps.append((1 / (s * alpha(s)), -1 / s, alpha(s_next) / alpha(s), sums))

    def loop(x: Tensor, answer: Callable[[int], Tensor], z: Tensor) -> Tensor:
        x, past = begun(levels) * x, list[Tensor]()
        for number, (a, b, c, sums) in enumerate(steps):
            past = [a * x + b * answer(number), *past[:3]]
            x = c * x
            for weight, eps in zip(sums, past, strict=True):
                x = x + weight * eps
        return x

    return loop


def integrals(known: Sequence[float], read: Callable[[float], float], s: float, s_next: float) -> list[float]:
    """∫ l_k ds from s to s', l_k Lagrange's polynomials in a variable through the levels that are known."""
    share, weights = np.polynomial.legendre.leggauss(POINTS)
    nodes = np.array([read(level) for level in known])
    begin, end = nodes[0], read(s_next)
    at = begin + (end - begin) * (1 + share) / 2
    rate = -np.exp(-at) if s_next else np.ones_like(at)
    found = []
    for number, own in enumerate(nodes):
        others = np.delete(nodes, number)
        values = np.prod([(at - other) / (own - other) for other in others], axis=0)
        found.append(float((weights * rate * values).sum() * (end - begin) / 2))
    return found


def unipc(levels: Sequence[float]) -> Loop:
    """UniPC 2 with B(h) = 1 − e^(−h): what x, m and m_before count in a step, and in its correction with m' too."""
    predict, correct = [], [(0.0, 0.0, 0.0, 0.0)]
    for place, (s, s_next) in enumerate(pairwise(levels)):
        a, b = held(s, s_next)
        if not s_next:
            predict.append((a, b, 0.0))
            continue
        h = math.log(s / s_next)
        r = math.log(levels[place - 1] / s) / -h if place else 0.0
        rough = alpha(s_next) * (1 - math.exp(-h)) / 2
        predict.append((a, b - rough / r, rough / r) if place else (a, b, 0.0))
        if not place:
            correct.append((a, b - rough, rough, 0.0))
            continue
        first = alpha(s_next) * (h - 1 + math.exp(-h)) / h
        second = alpha(s_next) * (h * h - 2 * h + 2 - 2 * math.exp(-h)) / (h * h)
        # w' + w r = first, w' + w r² = second, r below 0.
        w = (second - first) / (r * r - r)
        new = first - w * r
        correct.append((a, b - new - w, new, w))

    def loop(x: Tensor, answer: Callable[[int], Tensor], z: Tensor) -> Tensor:
        x = begun(levels) * x
        earlier = [x, x, x]  # the x that the last step began at, and the last two answers
        for number, ((a, b, c), (d, e, f, g)) in enumerate(zip(predict, correct, strict=False)):
            m = answer(number)
            x_before, m1, m2 = earlier
            if number > 1:
                x = d * x_before + e * m1 + f * m + g * m2
            elif number:
                x = d * x_before + e * m1 + f * m
            earlier = [x, m, m1]
            x = a * x + b * m + c * m1 if c else a * x + b * m
        return x

    return loop
