"""The noise that models and solvers draw, for the rows of a question or a state."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from nodes.contracts.brownian import path
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal, uniform
from nodes.contracts.levels import angle
from nodes.contracts.rows import Rows


class Drawing(Protocol):
    """Whoever draws noise, a question or a state: points x [B, *event], their rows, and each row's step [B]."""

    @property
    def x(self) -> Tensor:
        """The points."""

    @property
    def rows(self) -> Rows:
        """Where each row's randomness comes from."""

    @property
    def step(self) -> Tensor:
        """The row's steps so far."""


class Noise(Protocol):
    """Draws for the rows of a question or a state; each is a function of (row seed, purpose, the row's step, draw)."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Standard normal [B, *event], of the type and on the device of x."""

    def uniform(self, at: Drawing, purpose: str, draw: int = 0, event: tuple[int, ...] | None = None) -> Tensor:
        """Uniform on [0, 1), float64 on the device of x; of x's shape, or [B, *event]."""

    def categorical(self, at: Drawing, logits: Tensor, purpose: str, draw: int = 0) -> Tensor:
        """Classes [B, ...] int64, drawn from logits [B, ..., K] that need not be normalised."""

    def brownian(self, at: Drawing, s0: Tensor, s1: Tensor, purpose: str = "path") -> Tensor:
        """Standard normal [B, *event] from one Brownian path for each row, over its level from s0 [B] to s1 [B]."""


class CounterNoise:
    """The noise that every run has; it holds nothing."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Standard normal like x."""
        drawn = normal(at.rows, tuple(at.x.shape[1:]), purpose, step=at.step, draw=draw)
        return moved(drawn.to(at.x.dtype), at.x.device)

    def uniform(self, at: Drawing, purpose: str, draw: int = 0, event: tuple[int, ...] | None = None) -> Tensor:
        """Uniform, float64."""
        shape = tuple(at.x.shape[1:]) if event is None else event
        return moved(uniform(at.rows, shape, purpose, step=at.step, draw=draw), at.x.device)

    def categorical(self, at: Drawing, logits: Tensor, purpose: str, draw: int = 0) -> Tensor:
        """The Gumbel-max draw, in float64: rounding the uniforms would make rare classes rarer (arXiv:2409.02908)."""
        return gumbel_max(logits, self.uniform(at, purpose, draw, tuple(logits.shape[1:])))

    def brownian(self, at: Drawing, s0: Tensor, s1: Tensor, purpose: str = "path") -> Tensor:
        """W(φ1) − W(φ0) over √|φ1 − φ0| for a Brownian motion W in φ = atan(s) of the row's own.

        Whatever the steps are, they walk along the same path: halving them refines it.
        """
        drawn = path(at.rows, tuple(at.x.shape[1:]), purpose, angle(s0), angle(s1))
        return moved(drawn.to(at.x.dtype), at.x.device)


def gumbel_max(logits: Tensor, uniforms: Tensor) -> Tensor:
    """The class whose logit plus Gumbel noise is largest: a draw from softmax(logits) along the last axis."""
    return (logits.double() - torch.log(-torch.log(uniforms.clamp_min(torch.finfo(torch.float64).tiny)))).argmax(-1)
