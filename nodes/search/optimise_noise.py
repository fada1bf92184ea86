"""Optimising the noise by gradients through all steps."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Keep, Known, Number, Preview, Progress, RunContext, Span, Steps, also, data, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.driving import solve
from nodes.contracts.program import Parts, Program
from nodes.contracts.reward import Reward, finite_scores, score
from nodes.contracts.sample import Sample
from nodes.search.refusing import refuse_population, stepped
from nodes.search.through import solved, with_gradients
from nodes.search.trail import Trail, pure
from nodes.search.zero_order import Climbed

Keeping: TypeAlias = Literal["norm", "sphere", "free"]
"""How the noise stays like noise."""


def cost(known: Known) -> Estimate:
    """Every run forward, and with checkpointing again on the way back; the passes backward count apart."""
    rows, runs = known.input("noise").rows, known.number("iterations")
    twice = known.value("checkpointing")
    again = Span(0, runs.high) if twice is None else Span.of(0) if not twice else runs
    asked = (runs + Span.of(1) + again) * known.input("program").each
    return Estimate(nfe=rows * (asked + (runs + Span.of(1)) * known.asks("reward")), rows=rows)


@node(cost=cost, also=("search.noise_optimisation", "search.reno", "search.doodl", "search.d_flow"))
def optimise_noise(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    iterations: Annotated[int, Number(integer=True, minimum=0, maximum=10000, work=True)] = 20,
    learning_rate: Annotated[float, Number(minimum=0, maximum=1000, step=0.01), also("lr")] = 5.0,
    keep: Keeping = "norm",
    regularisation: Annotated[float, Number(minimum=0, maximum=1e6), also("reg_weight")] = 0.01,
    clip: Annotated[float, Number(minimum=1e-9, maximum=1e9), also("grad_clip")] = 0.1,
    momentum: Annotated[float, Number(minimum=0, maximum=0.999)] = 0.9,
    checkpointing: bool = True,
    run: RunContext,
) -> Steps[Climbed]:
    """Noise optimisation through the whole trajectory x = Φ(n): gradient ascent on r(Φ(n)) − regularisation · c(n).

    As in DOODL (Wallace et al. 2023, arXiv:2303.13703), D-Flow (Ben-Hamu et al. 2024, arXiv:2402.14017) and, for models
    of one step, ReNO (Eyring et al. 2024, arXiv:2406.04312): n ← n + learning_rate · m, m ← momentum · m + g, g the
    gradient by n, no longer than `clip` in each row; both are ReNO's by default, for rewards whose gradients are about
    0.1 long or more: a weaker one wants a larger rate. `keep` says how n stays noise of D numbers: "norm" by
    c = |n|²/2 − (D − 1) ln |n|, less the log density of |n|; "sphere" puts n back on |n| = √D after every move;
    "free" does nothing. The best sample by r that was seen, the first one included, is the outcome. It is shown; a run
    that was cut short goes on from its last move.
    With `checkpointing` only the states between steps are kept, and each step is computed again on the way back: memory
    is that of one step and a state for each, not that of all networks at once. Rows [B, *event] go by themselves.
    Cost: iterations + 1 times the program's NFE, once more each iteration with checkpointing; one pass backward through
    the model for each of those of an iteration. Errors: a model or reward without gradients, as one that is not
    "differentiable"; noise that is not pure and normal; a program without steps.
    """
    refuse_population(reward)
    parts, ctx = stepped(program), Context(run.meter)
    with_gradients(parts, reward)
    at, trail = pure(noise).to(run.device), None
    moving = torch.zeros_like(at.x)
    if isinstance(run.kept, Ascent):
        kept = run.kept.to(run.device)
        at, moving, trail = kept.noise, kept.momentum, kept.trail
    for number in range(0 if trail is None else trail.history.shape[1], iterations + 1):
        yield Progress(number, iterations + 1)
        spent = ctx.meter.rows
        last = number == iterations
        ended, scores, slope = climbed(parts, reward, at, ctx, wanted=not last, checkpointing=checkpointing)
        each = (ctx.meter.rows - spent) / max(len(noise.rows), 1)
        trail = Trail.begun(ended, at, scores, each) if trail is None else trail.joined_by(ended, at, scores, each)
        yield Preview(trail.best)
        if not last:
            moving = momentum * moving + clipped(slope - regularisation * pull(at.x, keep), clip)
            at = replace(at, x=held(at.x + learning_rate * moving, keep))
            yield Keep(Ascent(trail, at, moving))
    if trail is None:
        raise TypeError("there is at least one run")
    yield Progress(iterations + 1, iterations + 1)
    return Climbed(trail.best, trail.noise, trail.table())


@data(colour="#8f7ad0")
class Ascent:
    """A search so far, the `noise` that it tries next, and the `momentum` with which it came there, like x."""

    trail: Trail
    noise: Sample
    momentum: Tensor

    def to(self, device: str) -> Ascent:
        """The same with its points on that device."""
        return Ascent(self.trail.to(device), self.noise.to(device), moved(self.momentum, device))


def climbed(
    parts: Parts, reward: Reward, noise: Sample, ctx: Context, *, wanted: bool, checkpointing: bool
) -> tuple[Sample, Tensor, Tensor]:
    """The sample of a noise, its scores [B], and where wanted their gradient by the noise."""
    with torch.set_grad_enabled(wanted):
        x = noise.x.detach().requires_grad_(wanted)
        before = ctx.meter.rows
        begun = replace(noise, x=x)
        ended = (
            solved(parts, begun, ctx, checkpointing=checkpointing)
            if wanted
            else solve(parts.model, parts.solver, begun, parts.levels, ctx)
        )
        scores = score(reward, ended, ctx)
        slope = torch.zeros_like(noise.x)
        if wanted:
            ctx.meter.backward(ctx.meter.rows - before)
            (slope,) = torch.autograd.grad(scores.sum(), x)
    plain = replace(ended, x=ended.x.detach(), aux={name: entry.detach() for name, entry in ended.aux.items()})
    return plain, finite_scores(scores), slope


def pull(x: Tensor, keep: Keeping) -> Tensor:
    """The gradient of c(n): n (1 − (D − 1)/|n|²)."""
    if keep != "norm":
        return torch.zeros_like(x)
    size = x[0].numel()
    squared = x.square().flatten(1).sum(1).clamp_min(torch.finfo(x.dtype).tiny)
    return x * (1 - (size - 1) / squared).reshape(-1, *(1,) * (x.ndim - 1))


def clipped(slope: Tensor, longest: float) -> Tensor:
    """The gradient, of every row no longer than that."""
    length = slope.square().flatten(1).sum(1).sqrt()
    factor = (longest / length.clamp_min(torch.finfo(slope.dtype).tiny)).clamp(max=1)
    return slope * factor.reshape(-1, *(1,) * (slope.ndim - 1))


def held(x: Tensor, keep: Keeping) -> Tensor:
    """The noise, on the sphere of radius √D where it is to stay there."""
    if keep != "sphere":
        return x
    length = x.square().flatten(1).sum(1).sqrt().clamp_min(torch.finfo(x.dtype).tiny)
    return x * (math.sqrt(x[0].numel()) / length).reshape(-1, *(1,) * (x.ndim - 1))
