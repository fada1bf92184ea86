"""Steps of the reverse SDE that ask on the way, at points with noise of their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Span
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, any_place, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Stochastic, look, probe, x0_of
from nodes.contracts.state import State
from nodes.solver.exponential import along, measurable
from nodes.solver.reverse_sde import Held, held_sde
from nodes.solver.staying import stayed


@dataclass(frozen=True)
class LaterKernel(GaussianKernel):
    """The law of the end of a step, given the noise on the way: with `path` what is left of it begins at `since`."""

    since: Tensor | None = None

    def noise(self, ctx: Context, draw: int = 0) -> Tensor:
        """The z of that draw."""
        if self.path and draw == 0 and self.since is not None:
            return ctx.noise.brownian(self.begun, self.since, self.reached.s)
        return ctx.noise.normal(self.begun, self.purpose, draw)


class Carried(NamedTuple):
    """Noise of x at one point of a step by that at the one before: `kept` times it, and `fresh` z."""

    kept: Tensor
    fresh: Tensor


def stages_sde_cost(stages: int) -> Estimate:
    """So many calls a step, one where it begins or ends at data or pure noise."""
    extra = stages - 1
    return Estimate(
        calls=lambda steps: Span(stages * steps.low - extra, stages * steps.high - extra), saves=float(extra)
    )


class StagesSde(Stochastic):
    """A step that asks at λ + r h for each r of `points` besides, with the noise that the SDE has there.

    Each point is N(x `of_x` + x0 `of_x0` + α Σ w_j (x0_j − x0), …), with the noise on the way carried along. Noise on
    the way is drawn as the kernel is made; the kernel is the law given it, so its mean holds what is left of that.
    """

    abilities = frozenset({"stochastic", "memoryless"})
    points: tuple[float, ...]

    def __init__(self, eta: float, s_noise: float, *, path: bool) -> None:
        self.eta, self.s_noise, self.path = eta, s_noise, path

    def calls(self, steps: int) -> float:
        """As many as there are points, and one; one in the last step."""
        return (len(self.points) + 1) * (steps - 1) + 1

    @abstractmethod
    def weights(self, s: Tensor, at: Tensor, count: int) -> Sequence[Tensor | None]:
        """w_j for the `count` answers on the way so far, at a point `at` of a step from s; None for 0."""

    def held(self, s: Tensor, at: Tensor) -> Held:
        """The law at a point with x0 held."""
        return held_sde(s, at, self.eta)

    def carried(self, s: Tensor, before: Tensor, at: Tensor) -> Carried:
        """How the noise at a point comes of that at the point before, as the SDE has it."""
        law = held_sde(before, at, self.eta)
        return Carried(law.of_x, law.std)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x, given the noise on the way."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        law = self.held(state.s, s_next)
        mean = factor(law.of_x, x0) * state.x + factor(law.of_x0, x0) * x0
        std, since = law.std, state.s
        index = any_place(measurable(state.s, s_next)).nonzero()[:, 0]
        if len(index):
            bent, rest, last = self._bent(model, state.take(index), s_next[index], ctx)
            mean, std, since = put_rows(mean, index, bent), put_rows(std, index, rest), put_rows(since, index, last)
        mean = stayed(begun, mean, state.s, s_next)
        reached = state.reached(mean, s_next)
        return LaterKernel(mean, self.s_noise * std, state, reached, path=self.path, since=since)

    def _bent(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and std of the end, and the last level on the way, for rows whose steps have a length somewhere."""
        x0, before = x0_of(state), state.s
        answers: list[Tensor] = []
        noise: Tensor | None = None
        for number, share in enumerate(self.points):
            at = along(state.s, s_next, share)
            noise = self._noise(state, noise, before, at, number, ctx)
            x = stayed(state.x, self._mean(state, x0, answers, at) + self.s_noise * noise, state.s, at)
            answers.append(probe(model, state, x, at, ctx)[0])
            before = at
        carried = self._carried(state.s, before, s_next)
        mean = self._mean(state, x0, answers, s_next)
        if noise is not None:
            mean = mean + self.s_noise * factor(carried.kept, mean) * noise
        return mean, carried.fresh, before

    def _mean(self, state: State, x0: Tensor, answers: Sequence[Tensor], at: Tensor) -> Tensor:
        law, curved = self.held(state.s, at), measurable(state.s, at)
        mean = factor(law.of_x, x0) * state.x + factor(law.of_x0, x0) * x0
        s, to = torch.where(curved, state.s, 2.0), torch.where(curved, at, 1.0)
        for answer, weight in zip(answers, self.weights(s, to, len(answers)), strict=True):
            if weight is not None:
                share = torch.where(curved, alpha_sigma(at)[0] * weight, 0.0)
                mean = mean + factor(share, x0) * (answer - x0)
        return mean

    def _noise(
        self, state: State, noise: Tensor | None, before: Tensor, at: Tensor, number: int, ctx: Context
    ) -> Tensor:
        """The noise of x at a point on the way."""
        drawn = ctx.noise
        z = drawn.brownian(state, before, at) if self.path else drawn.normal(state, f"stage {number}")
        carried = self._carried(state.s, before, at)
        fresh = factor(carried.fresh, z) * z
        return fresh if noise is None else factor(carried.kept, z) * noise + fresh

    def _carried(self, s: Tensor, before: Tensor, at: Tensor) -> Carried:
        """As `carried`; where a step has no length no noise was on the way, and all is left to the end."""
        curved = measurable(s, at)
        kept, fresh = self.carried(s, before, at)
        return Carried(torch.where(curved, kept, 0.0), torch.where(curved, fresh, self.held(s, at).std))
