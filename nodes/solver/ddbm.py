"""The hybrid sampler of diffusion bridges: a little of the SDE, then Heun's method, in the bridge's own point."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, Known, Number, Span, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import any_place, beside, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.processes.bridge import Bridge, Bridged
from nodes.solver.staying import stayed


def cost(known: Known) -> Estimate:
    """One call for the SDE and two for Heun; less where a step ends at data, or begins at the known end by Heun."""
    ratio = known.value("euler_step_ratio")
    if ratio == 1:
        return Estimate(calls=lambda steps: Span(steps.low, 2 * steps.high))
    if ratio == 0:
        return Estimate(calls=lambda steps: Span(max(1, 2 * steps.low - 2), 2 * steps.high))
    return Estimate(calls=lambda steps: Span(3 * steps.low - 1, 3 * steps.high))


@node(cost=cost, abilities=abilities("memoryless", depending={"stochastic": "euler_step_ratio"}))
def ddbm(
    bridge: Annotated[Model, needs("bridge")],
    *,
    euler_step_ratio: Annotated[Fraction, also("churn_step_ratio")] = 0.33,
    guidance: Annotated[float, Number(minimum=0, maximum=10, step=0.05), also("w")] = 1.0,
) -> Solver:
    """The hybrid sampler of diffusion bridges (DDBM, Zhou et al. 2023, arXiv:2309.16948).

    In the bridge's own point x and its time t, with q the law of x given the far end and h = ∇ log p(x_T | x): the
    first `euler_step_ratio` of every step is Euler and Maruyama's, dx = [f x − g² (∇ log q − h)] dt + g dW, the rest
    Heun's on dx = [f x − g² (½ ∇ log q − w h)] dt, w the `guidance`; both with the x0 that the model predicts. At the
    end T the SDE's drift is finite, so a grid begins there, at s = inf; with ratio 0 the first step is a draw of the
    bridge from the first x0, and with 1 there is no Heun but upward, and the last step gives the predicted x0. w = 1 is
    the law; 0.5 is also used, and the authors' code for VE has (1 + w)/2 in the place of w. Where the level rises only
    the ODE is solved; from s = 0 by Euler's step, as no noise is seen there. `bridge` is the model.bridge that is
    sampled, whatever guides it; its levels: levels.bridge.
    Its noise goes in before the model is asked again: given it a step is a point, and its kernel has nothing to draw.
    Weak order 1; with ratio 0 order 2 in t away from T, where h has a pole: begun there it keeps an error of 1 or 2 %
    of the deviation, however many steps. 3 model calls a step, 2 in the last: 3 N − 1.
    Errors: a model that is no bridge itself; a sample of tokens.
    """
    found = bridged(bridge)
    return Hybrid(found.bridge, found, euler_step_ratio, guidance)


def bridged(model: Model) -> Bridged:
    """The bridge that a model is; `InputError` where it only is made of one."""
    if not isinstance(model, Bridged):
        raise InputError(
            "the model is no bridge itself",
            where="bridge",
            given=type(model).__name__,
            allowed="model.bridge",
            mend="wire the bridge here, before anything guides it",
        )
    return model


class Motion(NamedTuple):
    """What moves the bridge's own point at time t: dx = (f x − g² …) dt, with its level and α there."""

    growth: Tensor
    diffusion: Tensor
    alpha: Tensor
    sigma: Tensor


class Hybrid(Solver):
    """The method of `ddbm`; `bridge` is of `model`, whose far ends it reads."""

    def __init__(self, bridge: Bridge, model: Bridged, ratio: float, guidance: float) -> None:
        self.bridge, self.model, self.ratio, self.guidance = bridge, model, ratio, guidance
        self.abilities = frozenset({"memoryless", *(("stochastic",) if ratio else ())})

    def calls(self, steps: int) -> float:
        """Three a step, two in the last; two and one with Heun alone, one with the SDE alone."""
        if self.ratio == 1:
            return steps
        return 3 * steps - 1 if self.ratio else 2 * steps - 1

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point: the step, its noise being drawn already."""
        if not self.ratio:
            super().kernel(model, state, s_next, ctx)
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The SDE's part of the rows that fall, then the ODE's."""
        begun, first = state.x, state.s
        state, x0 = look(model, state, s_next, ctx)
        x, s = state.x, first
        falls = (s_next < first) & ((s_next > 0) | torch.tensor(self.ratio < 1))
        rows = any_place(falls).nonzero()[:, 0]
        if self.ratio and len(rows):
            s = self.turned(first, s_next, falls)
            x = torch.where(beside(falls, x), self.diffused(state, x0, s, ctx), x)
            left = any_place(s != s_next).nonzero()[:, 0]
            if len(left) == len(s):
                x0, _ = probe(model, state, x, s, ctx)
            elif len(left):
                part, _ = probe(model, state.take(left), take_rows(x, left), s[left], ctx)
                x0 = put_rows(x0, left, part)
        return state.reached(stayed(begun, self.flowed(model, state, (x, x0, s), s_next, ctx), first, s_next), s_next)

    def turned(self, s: Tensor, s_next: Tensor, falls: Tensor) -> Tensor:
        """The levels at which the SDE's part of a step ends; the first ones where there is none."""
        time, end = self.time(s), self.time(s_next)
        between = self.bridge.of_level(self.bridge.process.level(time + self.ratio * (end - time)))
        return torch.where(falls, s_next if self.ratio == 1 else between, s)

    def diffused(self, state: State, x0: Tensor, s: Tensor, ctx: Context) -> Tensor:
        """The wire's point at s after a step of Euler and Maruyama's; ∇ log q − h = (α x0 − x)/σ² has no end's pole."""
        ends = self.model.ends_of(state.rows, state.x)
        x, before = self.bridge.native(state.x, state.s, ends), self.time(state.s)
        motion, span = self.motion(before), self.time(s) - before
        slope = motion.diffusion / motion.sigma.square()
        moved = factor(1 + span * (motion.growth + slope), x) * x - factor(span * slope * motion.alpha, x) * x0
        std = torch.sqrt(motion.diffusion * span.abs())
        drawn = moved + factor(std, x) * ctx.noise.normal(state, "ddbm")
        return self.bridge.wire(drawn, torch.where(torch.isinf(s), 1.0, s), ends)

    def flowed(
        self, model: Model, state: State, begin: tuple[Tensor, Tensor, Tensor], s_next: Tensor, ctx: Context
    ) -> Tensor:
        """By Heun's method to s_next from (x, x0, s); a straight step from data and from pure noise."""
        x, x0, s = begin
        straight = place(x0, eps_of(x, x0, s), s_next)
        curved = torch.isfinite(s) & torch.isfinite(s_next) & (s > 0) & (s != s_next)
        if not bool(curved.any()):
            return torch.where(beside(s == s_next, x), x, straight)
        ends = self.model.ends_of(state.rows, x)
        from_s, to = torch.where(curved, s, 2.0), torch.where(curved, s_next, 1.0)
        own, span = self.bridge.native(x, from_s, ends), self.time(to) - self.time(from_s)
        slope = self.slope(own, x0, from_s, ends)
        reached = own + factor(span, x) * slope
        euler = self.bridge.wire(reached, to, ends)
        twice = curved & (to > 0)
        index = any_place(twice).nonzero()[:, 0]
        if len(index):
            part = state.take(index), take_rows(euler, index), to[index]
            said, _ = probe(model, *part, ctx)
            there, far = take_rows(reached, index), take_rows(ends, index)
            again = self.slope(there, said, torch.where(twice, to, 1.0)[index], far)
            half = torch.where(twice, span, 0.0)[index] / 2
            better = there + factor(half, said) * (again - take_rows(slope, index))
            euler = put_rows(euler, index, self.bridge.wire(better, to[index], far))
        kept = torch.where(beside(s == s_next, x), x, straight)
        return torch.where(beside(curved, x), euler, kept)

    def slope(self, x: Tensor, x0: Tensor, s: Tensor, ends: Tensor) -> Tensor:
        """dx/dt of the ODE at the bridge's own point x: f x − g² (½ ∇ log q − w h), at levels above 0 and below inf."""
        a, b, c = self.bridge.kernel(s)
        part = (self.bridge.level(s) / self.bridge.end).square()
        motion = self.motion(self.time(s))
        score = -(x - factor(a, x) * ends - factor(b, x) * x0)
        pull = factor(a, x) * ends - factor(part, x) * x
        return factor(motion.growth, x) * x - factor(motion.diffusion / c, x) * (score / 2 - self.guidance * pull)

    def time(self, s: Tensor) -> Tensor:
        """The process's time of the wire's level, its last at s = inf."""
        return self.bridge.process.time(self.bridge.level(s))

    def motion(self, time: Tensor) -> Motion:
        """The rates f = α'/α and g² = (σ²)' − 2 f σ²."""
        process = self.bridge.process
        level, rates = process.level(time), process.rates(time)
        alpha = process.alpha(level)
        sigma = level * alpha
        growth = rates.alpha / alpha
        return Motion(growth, 2 * sigma * (rates.sigma - growth * sigma), alpha, sigma)
