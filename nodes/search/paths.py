"""Search over paths: back up a little, down again on several ways, and on with the best."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import (
    Estimate,
    Fraction,
    InputError,
    Keep,
    Known,
    Number,
    Preview,
    Progress,
    RunContext,
    Span,
    Steps,
    also,
    data,
    node,
)
from nodes.contracts.context import Context
from nodes.contracts.driving import advance, of_its_law
from nodes.contracts.levels import Levels, alpha_sigma, factor
from nodes.contracts.population import siblings
from nodes.contracts.program import Parts, Program
from nodes.contracts.reward import Reward
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.search.best_of_n import Found, scored, tabulated
from nodes.search.refusing import refuse_population, refuse_tokens, stepped

Few = Annotated[int, Number(integer=True, minimum=1, maximum=1024, work=True)]


def cost(known: Known) -> Estimate:
    """Between one path for each start, and all ways of all rounds for every step of the program."""
    rows, each = known.input("noise").rows, known.input("program").each
    starts, ways = known.number("starts"), known.number("expansions") * known.number("forward")
    most = starts * (Span.of(1) + ways)
    asked = each * Span(starts.low, most.high) + known.asks("reward") * Span(starts.low, math.inf)
    return Estimate(nfe=rows * asked, rows=rows)


@node(cost=cost, also=("search.search_over_paths", "search.sop"))
def paths(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    starts: Annotated[Few, also("m")] = 2,
    expansions: Annotated[Few, also("n")] = 2,
    first: Fraction = 0.25,
    back: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 1,
    forward: Annotated[int, Number(integer=True, minimum=2, maximum=1001, work=True)] = 3,
    run: RunContext,
) -> Steps[Found]:
    """Search over paths (Ma et al. 2025, arXiv:2501.09732, "SoP"): a beam of partly denoised samples.

    M = `starts` siblings of each row are solved over the `first` share of the program's steps. Then, until data, each
    becomes N = `expansions` by noise up again over `back` levels, x' = (α'/α) x + √(σ'² − (α'/α)² σ²) z, and is
    solved over `forward` steps; of all M·N of a row the best M by r(x0 as last predicted) go on, at the end by r(x).
    `forward` is the larger number, or it would never end. Each way has a lineage of its own. `rewards` are
    those of the last M·N of each row. x [B, *event]. What the best of each row would become is shown; a run that was
    cut short goes on from its last round. Cost: M · (first + N · forward · rounds) steps of the program,
    rounds = steps left/(forward − back); as many rewards as ways.
    Errors: back not below forward; a program without steps; tokens; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    refuse_tokens(noise)
    if back >= forward:
        raise InputError("paths would never end", given=f"back {back}, forward {forward}", mend="raise `forward`")
    parts, ctx = stepped(program), Context(run.meter)
    beam = Beam(parts, reward, expansions, len(noise.rows), ctx)
    whole = len(parts.levels)
    if isinstance(run.kept, Rays):
        rays = run.kept.to(run.device)
    else:
        begin = siblings(of_its_law(noise, parts.model), starts, "paths").to(run.device)
        rays = beam.begun(begin, max(1, min(whole, round(first * whole))))
    while rays.position < whole:
        yield Progress(rays.position, whole)
        yield Preview(beam.best(rays).guess())
        yield Keep(rays)
        higher = max(0, rays.position - back)
        rays = beam.round(rays, higher, min(forward, whole - higher), starts)
    with torch.no_grad():
        found = parts.solver.finish(beam.best(rays), ctx)
    yield Preview(found)
    yield Progress(whole, whole)
    return Found(found, tabulated(rays.everyone.reshape(len(noise.rows), -1)))


@data(colour="#8f7ad0")
class Rays:
    """A beam so far: the `state` after `position` steps of those that go on, with their `scores`, side by side.

    `everyone` are the scores of all that they were chosen from. float64 on the CPU.
    """

    position: int
    state: State
    scores: Tensor
    everyone: Tensor

    def to(self, device: str) -> Rays:
        """The same with its points on that device."""
        return replace(self, state=self.state.to(device))


@dataclass(frozen=True)
class Raised:
    """Who draws the noise that raises points: after how many steps, with their lineage."""

    x: Tensor
    rows: Rows
    step: Tensor


@dataclass(frozen=True)
class Beam:
    """What the ways of a beam share."""

    parts: Parts
    reward: Reward
    expansions: int
    rows: int
    ctx: Context

    def begun(self, noise: Sample, steps: int) -> Rays:
        """The starts after so many steps."""
        with torch.no_grad():
            state = self.parts.solver.start(noise, self.parts.levels, self.ctx)
            state = self.solved(state, self.parts.levels, steps)
        scores = scored(self.reward, state.guess(), self.ctx)
        return Rays(steps, state, scores, scores)

    def round(self, rays: Rays, higher: int, steps: int, starts: int) -> Rays:
        """Raised to the level of that number and solved over so many steps; the best of each row, so many."""
        wide = self.expanded(rays.state, higher, steps, rays.position)
        everyone = scored(self.reward, wide.guess(), self.ctx)
        kept = self.places(everyone, starts)
        return Rays(higher + steps, wide.take(kept), everyone[kept], everyone)

    def best(self, rays: Rays) -> State:
        """The best of each row."""
        return rays.state.take(self.places(rays.scores, 1))

    def expanded(self, state: State, higher: int, steps: int, position: int) -> State:
        """Every point several times, raised to the level of that number and solved over so many steps."""
        rest = Levels(self.parts.levels.s[higher:])
        with torch.no_grad():
            return self.solved(self.raised(state, rest, position), rest, steps)

    def solved(self, state: State, levels: Levels, steps: int) -> State:
        """The state after so many steps."""
        for s_next in levels.of(state.rows)[1 : steps + 1]:
            state = advance(self.parts.model, self.parts.solver, state, s_next, self.ctx)
        return state

    def places(self, scores: Tensor, count: int) -> Tensor:
        """The positions of each row's best, so many; of equals the first."""
        ways = scores.reshape(self.rows, -1)
        order = torch.sort(ways, dim=1, descending=True, stable=True).indices[:, :count]
        index = order + torch.arange(len(ways))[:, None] * ways.shape[1]
        return index.flatten()

    def raised(self, state: State, rest: Levels, position: int) -> State:
        """Every point several times at the first of these levels, raised by noise of its own."""
        rows = state.rows.fork(self.expansions, f"path {position}")
        wide = state.take(torch.arange(len(state.rows)).repeat_interleave(self.expansions), rows=rows)
        s = rest.of(rows)[0]
        (alpha, sigma), (higher, most) = alpha_sigma(wide.s), alpha_sigma(s)
        share = higher / alpha
        std = torch.sqrt((most.square() - (share * sigma).square()).clamp(min=0))
        z = self.ctx.noise.normal(Raised(wide.x, rows, wide.step), "path")
        x = factor(share, z) * wide.x + factor(std, z) * z
        return self.parts.solver.start(Sample(x, s, wide.space, rows), rest, self.ctx)
