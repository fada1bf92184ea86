"""Diffusion tree sampling and search: a tree of states, grown by rollouts, valued from its leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Fraction, Keep, Known, Number, Preview, Progress, RunContext, Span, Steps, also, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.driving import advance, of_its_law
from nodes.contracts.levels import Levels
from nodes.contracts.population import siblings
from nodes.contracts.program import Parts, Program
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.state import State
from nodes.contracts.table import Table
from nodes.search.best_of_n import scored
from nodes.search.grove import Grove
from nodes.search.refusing import refuse_population, stepped
from nodes.search.tree import Branch, Rules, Search, every


class Grown(NamedTuple):
    """The samples, and the trees that they come of."""

    sample: Sample
    tree: Table


def cost(known: Known) -> Estimate:
    """At most as many whole runs as there are iterations."""
    rows, most = known.input("noise").rows, known.number("iterations")
    each = known.input("program").each + known.asks("reward")
    return Estimate(nfe=rows * each * Span(min(1.0, most.low), most.high), rows=rows)


@node(cost=cost, also=("search.dts", "search.diffusion_tree"))
def tree_search(
    noise: Sample,
    program: Program,
    reward: Reward,
    *,
    search: Search = "sample",
    iterations: Annotated[int, Number(integer=True, minimum=1, maximum=100000, work=True)] = 16,
    budget: Annotated[int, Number(integer=True, minimum=0, maximum=10**9), also("nfe")] = 0,
    strength: Annotated[float, Number(minimum=0, maximum=1e6), also("lmbda")] = 1.0,
    stride: Annotated[int, Number(integer=True, minimum=1, maximum=10000)] = 1,
    width: Annotated[float, Number(minimum=0.01, maximum=1000)] = 1.0,
    growth: Fraction = 0.7,
    curiosity: Annotated[float, Number(minimum=0, maximum=1e6), also("c_uct")] = 1.0,
    run: RunContext,
) -> Steps[Grown]:
    """Diffusion tree sampling, DTS, and search, DTS* (Jain et al. 2025, arXiv:2506.20701), with a solver that draws.

    A tree for each row: its branches are states after every `stride` steps, those of the root noises. An iteration goes
    down from the root; where a branch of n visits has fewer than ⌈width · n^growth⌉ children a new one is drawn from
    the solver and solved to the end, each stride a branch; else it goes on to the child that was visited least
    ("sample"), or to that of the highest V + curiosity · √(log N/n) ("search"). Back up, V of a leaf is r(x), of a
    branch (1/λ) log mean exp(λ V of its children), λ = `strength`. The sample is a leaf found by going down
    ∝ exp(λ V), which has the law p(x) · exp(λ r(x)) as trees grow, or in a search the best.
    What a "sample" tree looks like does not depend on rewards, so E exp(λ V) of the root is E exp(λ r), after however
    few iterations. The paper goes down ∝ exp(λ V) already while a tree grows; what was unlucky at first is then seldom
    looked at again and V stays too low, by a third of E exp(λ r) for N(0, 1), r = 1.5 x and 250 leaves. So it is in
    a search, whose V only say where to look.
    Defaults of width, growth and curiosity are ours. With a `budget` of model rows for each row it stops before one
    more iteration could exceed it. All rows grow side by side; the first leaf is the row's own plain sample.
    The best leaf so far is shown; a run that was cut short goes on from its trees.
    `tree` has a line for each branch: parent, level, value, visits. Cost: the steps of all new branches, at most
    `iterations` times the program's NFE; a reward for each leaf.
    Errors: a program without steps, or that draws nothing; a reward that compares rows, or gives NaN.
    """
    refuse_population(reward)
    parts, ctx = stepped(program, stochastic=True), Context(run.meter)
    begin = of_its_law(noise, parts.model).to(run.device)
    forest = Forest(parts, reward, Rules(search, strength, width, growth, curiosity), stride, begin, ctx)
    kept = run.kept if isinstance(run.kept, Grove) else None
    roots = [Branch(0) for _ in range(len(noise.rows))] if kept is None else kept.roots(run.device)
    spent, each = ([0] * len(roots), 0.0) if kept is None else (list(kept.spent), kept.each)
    best = {row: max(forest.ends(root), key=value_of) for row, root in enumerate(roots) if kept is not None}
    whole, due = len(parts.levels), 0
    for number in range(0 if kept is None else kept.iterations, iterations):
        rows = [row for row, steps in enumerate(spent) if not budget or not number or each * (steps + whole) <= budget]
        if not rows:
            break
        yield Progress(number, iterations)
        before, made = ctx.meter.rows, sum(spent)
        with torch.no_grad():
            leaves = forest.grown({row: roots[row] for row in rows})
            for row, (leaf, steps) in leaves.items():
                spent[row] += steps
                best[row] = max(best.get(row, leaf), leaf, key=value_of)
            shown = forest.ended([best[row] for row in sorted(best)])
        each = each or (ctx.meter.rows - before) / max(sum(spent) - made, 1)
        yield Preview(shown)
        if number >= due:  # what is kept are whole trees, so ever more seldom, as they grow
            due = number + 1 + number // 4
            yield Keep(Grove.of(roots, number + 1, spent, each))
    with torch.no_grad():
        found = forest.ended(forest.outcome(roots))
    yield Progress(iterations, iterations)
    return Grown(found, tabulated(roots, parts.levels, stride))


@dataclass(frozen=True)
class Forest:
    """What the trees of all rows share; `noise` are the rows themselves."""

    parts: Parts
    reward: Reward
    rules: Rules
    stride: int
    noise: Sample
    ctx: Context

    @property
    def depths(self) -> int:
        """How many strides lead to the end."""
        return -(-len(self.parts.levels) // self.stride) + 1

    def grown(self, roots: dict[int, Branch]) -> dict[int, tuple[Branch, int]]:
        """One iteration of the trees of these rows: a new way from where each is open to the end, told upward.

        The leaves that they end at, and how many steps that took.
        """
        steps = len(self.parts.levels)
        tips = {row: self.open_at(root) for row, root in roots.items()}
        made = {row: steps - min(max(tip.depth - 1, 0) * self.stride, steps) for row, tip in tips.items()}
        for depth in range(self.depths):
            due = [row for row, tip in tips.items() if tip.depth == depth]
            if due:
                tips |= dict(zip(due, self.children([tips[row] for row in due], due), strict=True))
        self.valued(list(tips.values()))
        return {row: (tip, made[row]) for row, tip in tips.items()}

    def open_at(self, root: Branch) -> Branch:
        """The branch at which another child is due, or a leaf."""
        branch = root
        while branch.depth < self.depths and not self.rules.open(branch):
            branch = self.rules.chosen(branch)
        return branch

    def children(self, parents: list[Branch], rows: list[int]) -> list[Branch]:
        """One new child for each of these branches, which are of one depth."""
        depth = parents[0].depth
        if depth == 0:
            state = self.begun(rows, [len(parent.children) for parent in parents])
        else:
            state = self.stepped(parents, depth)
        found = []
        for place, parent in enumerate(parents):
            branch = Branch(depth + 1, state.take(torch.tensor([place])), parent)
            parent.children.append(branch)
            found.append(branch)
        return found

    def begun(self, rows: list[int], numbers: list[int]) -> State:
        """The first states: of each row the sibling of that number."""
        noises = []
        for row, number in zip(rows, numbers, strict=True):
            family = siblings(self.noise.take(torch.tensor([row])), number + 1, "tree")
            noises.append(family.take(torch.tensor([number])))
        states = [self.parts.solver.start(entry, self.parts.levels, self.ctx) for entry in noises]
        return State.cat(states)

    def stepped(self, parents: list[Branch], depth: int) -> State:
        """The states one stride further; the first child has its parent's lineage, the others one of their own."""
        states = []
        for parent in parents:
            if parent.state is None:
                raise TypeError("only the root has no state")
            place = len(parent.children)
            rows = parent.state.rows
            own = rows if place == 0 else rows.fork(place + 1, "tree").take(torch.tensor([place]))
            states.append(parent.state.take(torch.tensor([0]), rows=own))
        state = State.cat(states)
        levels = self.parts.levels.of(state.rows)
        for s_next in levels[(depth - 1) * self.stride + 1 : depth * self.stride + 1]:
            state = advance(self.parts.model, self.parts.solver, state, s_next, self.ctx)
        return state

    def valued(self, leaves: list[Branch]) -> None:
        """The new ones of these leaves have their rewards; all are told upward."""
        new = [leaf for leaf in leaves if not leaf.visits]
        if new:
            for leaf, value in zip(new, self.scores(new).tolist(), strict=True):
                leaf.value = value
        for leaf in leaves:
            self.rules.told(leaf)

    def scores(self, leaves: list[Branch]) -> Tensor:
        """The rewards of finished states."""
        state = joined(leaves)
        ended = Sample(state.x, state.s, state.space, state.rows)
        return scored(self.reward, ended, self.ctx)

    def ended(self, leaves: list[Branch]) -> Sample:
        """The samples of leaves."""
        return self.parts.solver.finish(joined(leaves), self.ctx)

    def outcome(self, roots: list[Branch]) -> list[Branch]:
        """The leaf that is each row's sample."""
        still = torch.zeros(len(self.noise.rows), dtype=torch.int64)
        at = Query(self.noise.x, self.noise.s, self.noise.s, self.noise.rows, still)
        chances = moved(self.ctx.noise.uniform(at, "tree/outcome", 0, (self.depths,)), "cpu")
        return [self.leaf(root, chances[row]) for row, root in enumerate(roots)]

    def ends(self, root: Branch) -> list[Branch]:
        """The leaves of a tree."""
        return [branch for branch in every(root) if branch.depth == self.depths]

    def leaf(self, root: Branch, chances: Tensor) -> Branch:
        """Going down by values, or the best of all."""
        if self.rules.search == "search":
            return max(self.ends(root), key=value_of)
        branch = root
        while branch.children:
            branch = self.rules.drawn(branch, float(chances[branch.depth]))
        return branch


def value_of(branch: Branch) -> float:
    """What branches are compared by."""
    return branch.value


def joined(branches: list[Branch]) -> State:
    """The states of branches as one."""
    return State.cat([branch.state for branch in branches if branch.state is not None])


def tabulated(roots: list[Branch], levels: Levels, stride: int) -> Table:
    """A line for each branch of every tree, by its number in its tree; the root's parent is empty."""
    rows, numbers, parents, level, values, visits = [], [], [], [], [], []
    s = levels.s.reshape(len(levels.s), -1)[:, 0].tolist()
    for row, root in enumerate(roots):
        branches = list(every(root))
        place = {id(branch): number for number, branch in enumerate(branches)}
        for branch in branches:
            rows.append(row)
            numbers.append(place[id(branch)])
            parents.append(None if branch.parent is None else place[id(branch.parent)])
            level.append(None if not branch.depth else s[min((branch.depth - 1) * stride, len(s) - 1)])
            values.append(branch.value)
            visits.append(branch.visits)
    return Table(
        (
            ("row", tuple(rows)),
            ("branch", tuple(numbers)),
            ("parent", tuple(parents)),
            ("s", tuple(level)),
            ("value", tuple(values)),
            ("visits", tuple(visits)),
        )
    )
