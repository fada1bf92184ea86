"""Gotta Go Fast: the reverse SDE with steps that each row chooses by its own error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, put_rows, take_rows
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, Stochastic, look, probe
from nodes.contracts.state import State
from nodes.processes.linear import Linear

Retry: TypeAlias = Literal["bridge", "fresh"]
Tolerance: TypeAlias = Annotated[float, Number(minimum=0, maximum=10)]
ASKED, REJECTED, LENGTH = "ggf/asked", "ggf/rejected", "ggf/length"


def cost(known: Known) -> Estimate:
    """Two calls a step, and no more than two for each of `max_steps` trials besides."""
    most = known.number("max_steps").high

    def calls(steps: Span) -> Span:
        return Span(steps.low, steps.high * (2 + 2 * most))

    return Estimate(calls=calls)


@node(abilities=abilities("stochastic"), cost=cost)
def ggf(
    *,
    rtol: Tolerance = 0.05,
    atol: Tolerance = 0.0078,
    retry: Retry = "bridge",
    first_step: Annotated[float, Number(minimum=1e-6, maximum=1)] = 0.01,
    max_steps: Annotated[int, Number(integer=True, minimum=1, maximum=1000000)] = 1000,
) -> Solver:
    """Gotta Go Fast (Jolicoeur-Martineau et al. 2021, arXiv:2105.14080, Algorithm 1): adaptive steps, each row's own.

    In the time of the linear process that preserves the variance, dx = −β (½ x − ε/σ) dt + √β dW backwards. A trial of
    length h has one z: K1 = h f(x, t) + √(h β) z, x' = x + K1, K2 the same at (x', t − h), x'' = x + ½ (K1 + K2); with
    δ = max(atol, rtol max(|x'|, |x'_before|)) and E = ‖½ (K2 − K1)/δ‖/√d it goes on at x'' where E ≤ 1, and
    h ← min(t left, 0.9 h E^(−0.9)). After a rejection "bridge" keeps to the Brownian path that z was an increment
    of; "fresh" draws again, as the paper does, which prefers the z that pass: of no weight in hundreds of coordinates,
    a bias in few, which grows as the tolerance falls (a variance 1.2 times too large on the mixture of the tests).
    Levels between are met; the fewer, the freer: two are enough. s = inf is entered at t = 1, and a step to s = 0 ends
    with Tweedie's denoising at t = 0.001. A step upward is solver.euler's. As the numbers decide, each trial
    waits for the device. The sample's aux holds each row's model calls "ggf/asked" and "ggf/rejected" trials.
    1 model call a step, 1 a trial and 1 for each that is kept. All is drawn before a step's kernel is told, which is a
    point. Errors: the tolerance not met in `max_steps` trials; levels that differ by place; a sample of tokens.
    """
    return Ggf(rtol, atol, retry, first_step, max_steps)


@dataclass
class Walk:
    """Rows on their way: points, f there, the last x', times, lengths [K], counts of questions and rejections."""

    x: Tensor
    drift: Tensor
    before: Tensor
    t: Tensor
    end: Tensor
    length: Tensor
    asked: Tensor
    rejected: Tensor


class Ggf(Stochastic):
    """The method of `ggf`; in `past` each row's last length, and what it has cost."""

    abilities = frozenset({"stochastic"})

    def __init__(self, rtol: float, atol: float, retry: Retry, first_step: float, max_steps: int) -> None:
        self.rtol, self.atol, self.first_step, self.max_steps = rtol, atol, first_step, max_steps
        self.retry: Retry = retry
        self.process = Linear()

    def calls(self, steps: int) -> float:
        """No more than these."""
        return steps * (2 + 2 * self.max_steps)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point: where the row's own steps lead."""
        if s_next.ndim > 1:
            raise InputError("each row has one step length, so its levels cannot differ by place", mend="use one level")
        begun = state
        state, x0 = look(model, state, s_next, ctx)
        x, eps = state.x, eps_of(state.x, x0, state.s)
        after = place(x0, eps, s_next)
        asked, rejected, length = (torch.zeros(len(s_next), dtype=torch.float64) for _ in range(3))
        asked += 1
        t, end = self.process.time(state.s), self.process.time(s_next)
        index = ((s_next < state.s) & (end < t)).nonzero()[:, 0]
        if len(index):
            part = state.take(index)
            drift = self._drift(take_rows(x, index), take_rows(eps, index), t[index])
            kept = self._recorded(state, LENGTH)[index]
            first = torch.minimum(torch.where(kept > 0, kept, self.first_step), t[index] - end[index])
            walk = Walk(part.x, drift, part.x, t[index], end[index], first, asked[index], rejected[index])
            self._walked(model, part, walk, ctx)
            after = put_rows(after, index, self._ended(model, part, walk, s_next[index], ctx))
            asked[index], rejected[index], length[index] = walk.asked, walk.rejected, walk.length
        told = {ASKED: self._recorded(state, ASKED) + asked, REJECTED: self._recorded(state, REJECTED) + rejected}
        entries = {name: moved(entry, x.device) for name, entry in {**told, LENGTH: length}.items()}
        reached = replace(state.reached(after, s_next), past={**state.past, **entries})
        return GaussianKernel(after, torch.zeros_like(s_next, dtype=torch.float64), begun, reached)

    def finish(self, state: State, ctx: Context) -> Sample:
        """The sample, with what each row has cost in its aux."""
        sample = super().finish(state, ctx)
        counts = {name: moved(self._recorded(state, name), state.x.device) for name in (ASKED, REJECTED)}
        return replace(sample, aux={**sample.aux, **counts})

    @staticmethod
    def _recorded(state: State, name: str) -> Tensor:
        found = state.past.get(name)
        return torch.zeros(len(state.rows), dtype=torch.float64) if found is None else moved(found, "cpu")

    def _rate(self, t: Tensor) -> Tensor:
        """β."""
        return self.process.beta_min + t * (self.process.beta_max - self.process.beta_min)

    def _drift(self, x: Tensor, eps: Tensor, t: Tensor) -> Tensor:
        """f, by which x changes for each unit of time that it goes back."""
        _, sigma = alpha_sigma(self.process.level(t))
        return factor(self._rate(t), x) * (x / 2 - eps / factor(sigma, x))

    def _walked(self, model: Model, state: State, walk: Walk, ctx: Context) -> None:
        for trial in range(self.max_steps):
            index = (walk.t > walk.end).nonzero()[:, 0]
            if not len(index):
                return
            self._tried(model, state.take(index), walk, index, trial, ctx)
        if bool((walk.t > walk.end).any()):
            raise InputError(
                "the tolerance was not met in as many trials as there may be",
                given=f"{self.max_steps} trials, rtol {self.rtol:g}, atol {self.atol:g}",
                mend="raise `rtol`, `atol` or `max_steps`",
            )

    def _tried(self, model: Model, state: State, walk: Walk, index: Tensor, trial: int, ctx: Context) -> None:
        """One trial of each of these rows."""
        x, drift, t, h = take_rows(walk.x, index), take_rows(walk.drift, index), walk.t[index], walk.length[index]
        last = h >= walk.end.new_tensor(1 - 1e-12) * (t - walk.end[index])
        to = torch.where(last, walk.end[index], t - h)
        s, s_to = self.process.level(t), self.process.level(to)
        z = ctx.noise.brownian(state, s, s_to) if self.retry == "bridge" else ctx.noise.normal(state, "trial", trial)
        first = factor(h, x) * drift + factor(torch.sqrt(h * self._rate(t)), x) * z
        euler = x + first
        _, eps = probe(model, state, euler, s_to, ctx)
        second = factor(h, x) * self._drift(euler, eps, to) + factor(torch.sqrt(h * self._rate(to)), x) * z
        most = torch.maximum(euler.abs(), take_rows(walk.before, index).abs())
        allowed = (self.rtol * most).clamp(min=self.atol)
        error = moved(((second - first) / 2 / allowed).double().square().flatten(1).mean(1).sqrt(), "cpu")
        kept = error <= 1
        walk.asked[index] += 1
        walk.rejected[index] += (~kept).double()
        longer = 0.9 * h * torch.nan_to_num(error, nan=torch.inf).clamp(min=1e-6) ** -0.9
        good = kept.nonzero()[:, 0]
        if len(good):
            rows = index[good]
            x_good = take_rows(x + (first + second) / 2, good)
            walk.x, walk.t[rows] = put_rows(walk.x, rows, x_good), to[good]
            walk.before = put_rows(walk.before, rows, take_rows(euler, good))
            going = good[~last[good]]
            if len(going):
                at, part = index[going], state.take(going)
                here = take_rows(walk.x, at)
                _, eps = probe(model, part, here, self.process.level(to[going]), ctx)
                walk.drift = put_rows(walk.drift, at, self._drift(here, eps, to[going]))
                walk.asked[at] += 1
        left = walk.end[index] < walk.t[index]
        walk.length[index] = torch.where(left, torch.minimum(longer, walk.t[index] - walk.end[index]), longer)

    def _ended(self, model: Model, state: State, walk: Walk, s_next: Tensor, ctx: Context) -> Tensor:
        """The points at s_next; those that go to data are denoised."""
        index = (s_next < self.process.level(walk.end)).nonzero()[:, 0]
        if not len(index):
            return walk.x
        x, s = take_rows(walk.x, index), self.process.level(walk.end[index])
        x0, eps = probe(model, state.take(index), x, s, ctx)
        walk.asked[index] += 1
        return put_rows(walk.x, index, place(x0, eps, s_next[index]))
