"""The kernel of a stochastic solver: the law of the next state, the model already asked."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.levels import factor
from nodes.contracts.state import State


class Kernel(ABC):
    """p(next | state). What draws, weighs, chooses or replays transitions works with this and asks nothing again.

    `mean` and `std`: of the next x, in its own coordinate; for tokens the logits of the next token and 0.
    """

    mean: Tensor
    std: Tensor

    @abstractmethod
    def sample(self, ctx: Context, draw: int = 0) -> Tensor:
        """A next x [B, *event]; other numbers of `draw` give independent ones."""

    @abstractmethod
    def at(self, x: Tensor) -> State:
        """The next state, if x is the one that came."""

    @abstractmethod
    def log_prob(self, x: Tensor) -> Tensor:
        """The log density (tokens: probability) of a next x, [B] float64."""


@dataclass(frozen=True)
class GaussianKernel(Kernel):
    """A normal next x: `mean` [B, *event], `std` [B] or [B, *map] float64 on the CPU, 0 where nothing is drawn.

    `begun` is the state that the step begins at, whose rows draw; `reached` the next state but for its x. With `path`
    the first draw is the increment of the row's one Brownian path over the step, so that finer steps refine the same
    sample; without, each step draws afresh.
    """

    mean: Tensor
    std: Tensor
    begun: State
    reached: State
    purpose: str = "step"
    path: bool = False

    def sample(self, ctx: Context, draw: int = 0) -> Tensor:
        """Draw x by a z of the row's own; where all std are 0 nothing is drawn."""
        return self.by(self.noise(ctx, draw)) if bool((self.std != 0).any()) else self.mean

    def by(self, z: Tensor) -> Tensor:
        """The next x that a z leads to, mean + std · z."""
        return torch.addcmul(self.mean, factor(self.std, self.mean), z)

    def noise(self, ctx: Context, draw: int = 0) -> Tensor:
        """The z of that draw, [B, *event], for what records the noise: `z` of an x is off by its rounding."""
        if self.path and draw == 0:
            return ctx.noise.brownian(self.begun, self.begun.s, self.reached.s)
        return ctx.noise.normal(self.begun, self.purpose, draw)

    def at(self, x: Tensor) -> State:
        """The next state with this x."""
        return replace(self.reached, x=x)

    def z(self, x: Tensor) -> Tensor:
        """The standard normal that would have led to x: (x − mean)/std; 0 where std is 0."""
        return (x - self.mean) / factor(torch.where(self.std == 0, math.inf, self.std), x)

    def log_prob(self, x: Tensor) -> Tensor:
        """Σ over the event of log N(x; mean, std²); std is positive."""
        std = factor(self.std, x).double()
        each = -0.5 * ((x.double() - self.mean.double()) / std).square() - std.log() - 0.5 * math.log(2 * math.pi)
        return each.flatten(1).sum(1)


@dataclass(frozen=True)
class CategoricalKernel(Kernel):
    """A next token for each position: `mean` [B, L, K] are logits, normalised or not; `std` is 0."""

    mean: Tensor
    std: Tensor
    begun: State
    reached: State
    purpose: str = "step"

    def sample(self, ctx: Context, draw: int = 0) -> Tensor:
        """A token for each position, drawn by the row's own seed."""
        return ctx.noise.categorical(self.begun, self.mean, self.purpose, draw)

    def at(self, x: Tensor) -> State:
        """The next state with these tokens."""
        return replace(self.reached, x=x)

    def log_prob(self, x: Tensor) -> Tensor:
        """Σ over positions of the token's log probability."""
        logs = torch.log_softmax(self.mean.double(), -1)
        return logs.gather(-1, x[..., None])[..., 0].sum(1)
