"""What the deterministic multistep methods share: Euler's step, and weighted differences to earlier answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, alpha_sigma, combined, log_snr
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.history import from_first_on, in_line, recalled, remembered
from nodes.solver.interpolation import interpolating
from nodes.solver.staying import stayed

FEW = 15
"""From so many steps on the last ones need no lower order, as in the code of DPM-Solver."""


class Weighted(NamedTuple):
    """Euler's step as a weighted sum of tensors, of which that at place `own` is the answer that is interpolated."""

    weights: tuple[Tensor, ...]
    tensors: tuple[Tensor, ...]
    own: int

    @property
    def answer(self) -> Tensor:
        """What is interpolated."""
        return self.tensors[self.own]


class Multistep(Solver):
    """A method x' = α' x0 + σ' ε + α' Σ w_k (g_k − g): g is what the model answers now, g_k what it did k steps ago.

    In `past` under `name`, for `order` − 1 steps: "answer", "s" the level of it, and "at" that level's coordinate. A
    row's first steps, those after a turn of the levels, and steps to or from an end where the coordinate is not finite
    are of lower order. With `lower_order_final` so are the last ones of fewer than 15: the last is Euler's, the one
    before of order 2.
    """

    def __init__(self, name: str, order: int, *, lower_order_final: bool = False) -> None:
        self.name, self.order, self.lower_order_final = name, order, lower_order_final

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    @abstractmethod
    def straight(self, x: Tensor, x0: Tensor, s: Tensor, s_next: Tensor) -> Weighted:
        """Euler's step, and what is interpolated: x0 or ε."""

    def coordinate(self, s: Tensor) -> Tensor:
        """What it is interpolated over, here λ; float64, like s, on the CPU."""
        return log_snr(s)

    @abstractmethod
    def moments(self, s: Tensor, s_next: Tensor) -> Tensor:
        """∫ u^j dμ over a step for j = 1 … order − 1, stacked, on the CPU: u grows from 0 to 1 with the coordinate.

        In the units of y = x/α, so that y' is Euler's and the integral of the interpolated g − g_0.
        """

    def weights(self, nodes: Tensor, used: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
        """w_k, on the device of the nodes r_k, which are where earlier answers lie in units of the step, 0 or below."""
        return interpolating(nodes, used, moved(self.moments(s, s_next), nodes.device))

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The state at the first level, and where the levels end, if that matters."""
        state = super().start(sample, levels, ctx)
        if not self.lower_order_final or len(levels) >= FEW:
            return state
        return replace(state, past={**state.past, **ending(self.name, self.order - 1, levels, state)})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Euler's step and the weighted differences, as one sum."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        straight = self.straight(state.x, x0, state.s, s_next)
        reached = self.bent(straight, state, s_next)
        after = state.reached(stayed(begun, reached, state.s, s_next), s_next)
        return replace(after, past=self.kept(state, straight.answer))

    def bent(self, straight: Weighted, state: State, s_next: Tensor) -> Tensor:
        """Where a straight step ends, moved by α' Σ w_k (g_k − g)."""
        earlier = recalled(state.past, f"{self.name}/answer", self.order - 1)
        if not earlier:
            return combined(straight.weights, straight.tensors)
        device = straight.answer.device
        nodes, used = self.known(state, s_next, device)
        weights = self.weights(nodes, used, state.s, s_next)
        shares = torch.where(used, moved(alpha_sigma(s_next)[0], device) * weights, 0.0)
        whole = [moved(weight, device) for weight in straight.weights]
        whole[straight.own] = whole[straight.own] - total(shares)
        return combined((*whole, *shares), (*straight.tensors, *earlier))

    def known(self, state: State, s_next: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        """Where the K earlier answers lie, in units of the step, and which of them can be used; both [K, ...]."""
        now = self.coordinate(state.s)
        span = self.coordinate(s_next) - now
        begun, length, to = moved(now, device), moved(span, device), moved(s_next, device)
        nodes = (torch.stack(recalled(state.past, f"{self.name}/at", self.order - 1)) - begun) / length
        lined = in_line(to, moved(state.s, device), recalled(state.past, f"{self.name}/s", self.order - 1))
        falling = nodes < torch.cat((torch.zeros_like(nodes[:1]), nodes[:-1]))
        measured = torch.isfinite(to) & torch.isfinite(length) & (length != 0)
        return nodes, before_end(state.past, self.name, to, from_first_on(lined & falling & measured))

    def kept(self, state: State, answer: Tensor) -> dict[str, Tensor]:
        """The past of the state with this answer."""
        count, device = self.order - 1, answer.device
        past = remembered(state.past, f"{self.name}/answer", answer, count)
        past = remembered(past, f"{self.name}/s", moved(state.s, device), count)
        return remembered(past, f"{self.name}/at", moved(self.coordinate(state.s), device), count)


def ending(name: str, count: int, levels: Levels, state: State) -> dict[str, Tensor]:
    """So many of the last levels of each row, the very last first."""
    last = levels.of(state.rows)[1:].flip(0)[:count]
    return {f"{name}/end/{number}": moved(s, state.x.device) for number, s in enumerate(last, 1)}


def before_end(past: Mapping[str, Tensor], name: str, s_next: Tensor, used: Tensor) -> Tensor:
    """What can be used of so many earlier answers if the step to the last level is to be of order 1, and so on."""
    found = used.clone()
    for number, end in enumerate(recalled(past, f"{name}/end", len(used))):
        found[number:] &= s_next != end
    return found


def total(shares: Tensor) -> Tensor:
    """Σ over the first axis, in its order, whatever the rows are."""
    first, *others = shares.unbind()
    return sum(others, first)
