"""What a steered state carries in its past: which group a particle belongs to, and what it has been given so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nodes.contracts.devices import moved
from nodes.contracts.rows import Rows
from nodes.contracts.state import State

PREFIX = "fk/"


@dataclass(frozen=True)
class Particles:
    """The bookkeeping of particles, on the CPU, row-aligned; each group goes on for itself.

    `group` [B] int64 is known by the lineage of its first particle, `slot` [B] is a particle's number there.
    `log_weight` since the last resampling, `given` the log potentials of its way, `running` their maximum or sum,
    `log_normaliser` of the group so far: [B] float64. For every step, `ess` [B, N + 1] and the slot of the `ancestor`
    [B, N + 1]; 0 and the particle itself where nothing was weighed.
    """

    group: Tensor
    slot: Tensor
    log_weight: Tensor
    given: Tensor
    running: Tensor
    log_normaliser: Tensor
    ess: Tensor
    ancestor: Tensor

    @staticmethod
    def first(rows: Rows, count: int, steps: int, running: Tensor) -> Particles:
        """Before the first step of so many: every `count` rows are a group."""
        group = _distinct(rows.seed[::count]).repeat_interleave(count)
        slot = torch.arange(len(rows)) % count
        none = torch.zeros(len(rows), dtype=torch.float64)
        return Particles(
            group,
            slot,
            log_weight=none,
            given=none,
            running=running,
            log_normaliser=none,
            ess=none[:, None].repeat(1, steps + 1),
            ancestor=slot[:, None].repeat(1, steps + 1),
        )

    @staticmethod
    def of(state: State) -> Particles:
        """A copy of those of a state, on the CPU, which may be written to."""
        past = state.past
        return Particles(**{name: moved(past[PREFIX + name], "cpu").clone() for name in Particles.__dataclass_fields__})

    def within(self, state: State) -> State:
        """The state that carries them."""
        entries = {PREFIX + name: moved(getattr(self, name), state.x.device) for name in self.__dataclass_fields__}
        return replace(state, past={**state.past, **entries})

    def weighed(self, due: Tensor, potentials: Tensor, running: Tensor) -> Particles:
        """After those that are due were given these log potentials [B]."""
        gained = torch.where(due, potentials, 0.0)
        return replace(
            self,
            log_weight=self.log_weight + gained,
            given=self.given + gained,
            running=torch.where(due, running, self.running),
        )

    def moved(self, origin: Tensor) -> Particles:
        """The particles at the positions `origin` [B] stand here; what belongs to the places stays."""
        return replace(self, given=self.given[origin], running=self.running[origin])

    def groups(self, index: Tensor) -> list[Tensor]:
        """The positions of each group among these, by slots; groups in the order in which they begin."""
        _, group, counts = torch.unique(self.group[index], return_inverse=True, return_counts=True)
        by_slot = torch.argsort(self.slot[index], stable=True)
        order = by_slot[torch.argsort(group[by_slot], stable=True)]
        return sorted(torch.split(index[order], counts.tolist()), key=lambda places: int(places.min()))

    def everyone(self) -> list[Tensor]:
        """The positions of each group."""
        return self.groups(torch.arange(len(self.group)))


def _distinct(seeds: Tensor) -> Tensor:
    """The seeds, made different where a row is there several times."""
    seen = Counter[int]()
    found = []
    for seed in seeds.tolist():
        found.append(seed - seen[seed])
        seen[seed] += 1
    return torch.tensor(found, dtype=torch.int64)
