"""Diffusion bridges: from data to data, as a diffusion from pure noise of what the far end does not explain."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.identity import Identified
from nodes.contracts.levels import factor
from nodes.contracts.model import Leaf
from nodes.contracts.process import Process
from nodes.contracts.query import Prediction, Query
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.processes.adapted import Raw

END = "end"
"""The entry under which a bridge's network finds the far end x_T of each row, [B, *event]."""

LAST = 1e-9
"""So near to the end of a bridge, as a part of its last level, a level counts as the end."""


class Kernel(NamedTuple):
    """The law of a bridge's own point given both its ends, N(a x_T + b x0, c I); float64, in the shape of s."""

    a: Tensor
    b: Tensor
    c: Tensor


class Bridge(Identified):
    """A process tied to a known end x_T at its last time (DDBM, Zhou et al. 2023, arXiv:2309.16948, equation 8).

    x_t = a x_T + b x0 + √c ε with a = (α_t/α_T) R, b = α_t (1 − R), c = σ_t² (1 − R) and R = r_t²/r_T² for the level
    r = σ/α of the process. So (x_t − a x_T)/b is x0 + s ε with s² = c/b² = r²/(1 − R): a unit diffusion, whose s runs
    from inf at the end T to 0. The process ends at a finite level.
    """

    def __init__(self, process: Process) -> None:
        self.process = process
        self.end = float(process.level(torch.tensor(process.last, dtype=torch.float64)))

    def level(self, s: Tensor) -> Tensor:
        """The process's own level r = s/√(1 + s²/r_T²), r_T at s = inf."""
        s = s.double()
        return torch.where(torch.isinf(s), self.end, s / torch.sqrt(1 + (s / self.end).square()))

    def kernel(self, s: Tensor) -> Kernel:
        """The law of the bridge's point at level s of what is left."""
        r, last = self.level(s), torch.tensor(self.end, dtype=torch.float64)
        alpha = self.process.alpha(r)
        # 1 − R, without cancellation: R = s²/(s² + r_T²).
        rest = 1 / (1 + (s.double() / self.end).square())
        a = alpha / self.process.alpha(last) * (1 - rest)
        return Kernel(a, alpha * rest, (r * alpha).square() * rest)

    def of_level(self, r: Tensor) -> Tensor:
        """The level s of what is left, for the process's own: r/√(1 − r²/r_T²), inf from a billionth below r_T on."""
        share = r.double() / self.end
        there = share >= 1 - LAST
        rest = torch.where(there, 1.0, (1 - share) * (1 + share))
        return torch.where(there, torch.inf, r.double() / torch.sqrt(rest))

    def wire(self, x: Tensor, s: Tensor, ends: Tensor) -> Tensor:
        """The point of the wire for the bridge's own, at levels s below inf: the way back from `native`."""
        a, b, c = self.kernel(s)
        return (x - factor(a, x) * ends) / factor(torch.sqrt(b.square() + c), x)

    def native(self, x: Tensor, s: Tensor, ends: Tensor) -> Tensor:
        """The bridge's own point for a point x of the wire: b √(1 + s²) x + a x_T, which is x_T at s = inf."""
        a, b, c = self.kernel(s)
        return factor(torch.sqrt(b.square() + c), x) * x + factor(a, x) * ends


class Bridged(Leaf):
    """A bridge's network as a model: it predicts x0 of the bridge's own point, its time and the row's far end.

    `ends` [R, *event] are bound to the run: a row of origin o has the end o mod R.
    """

    def __init__(
        self,
        raw: Raw,
        bridge: Bridge,
        space: Space,
        ends: Tensor,
        *,
        abilities: frozenset[str] = frozenset({"differentiable", "bridge"}),
    ) -> None:
        self.raw, self.bridge, self.space, self.ends, self.abilities = raw, bridge, space, ends, abilities

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """One call of the network."""
        ends = self.ends_of(q.rows, q.x)
        entries = {} if q.cond is None else dict(q.cond.entries)
        time = self.bridge.process.time(self.bridge.level(q.s))
        return Prediction(self.raw(self.bridge.native(q.x, q.s, ends), time, {**entries, END: ends}))

    def ends_of(self, rows: Rows, x: Tensor) -> Tensor:
        """The far end of each row, where x lies and in its type."""
        return take_rows(moved(self.ends.to(x.dtype), x.device), rows.origin % len(self.ends))
