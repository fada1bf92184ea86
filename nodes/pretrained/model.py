"""A checkpoint's network as a model."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.identity import digest_of
from nodes.contracts.model import Leaf
from nodes.contracts.query import Prediction, Query
from nodes.pretrained.family import Family
from nodes.processes.adapted import Native


class Pretrained(Leaf):
    """A network of a family, asked in the coordinate, at the time and for the target that it was trained with."""

    def __init__(self, family: Family) -> None:
        self.family, self.space, self.abilities = family, family.space, family.abilities

    @cached_property
    def digest(self) -> str:
        """Of the checkpoint's files and what is wanted otherwise."""
        return digest_of((self.family.parts.digest, self.family.wishes), Pretrained)

    @cached_property
    def nothing(self) -> Cond:
        """What is asked without a condition, made once."""
        return self.family.nothing()

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The texts, encoded by the checkpoint's own encoders."""
        if "prompt" not in self.abilities:
            return super().prompt(texts, changes)
        with self.family.adapters.on_texts(changes):
            return self.family.encode(texts)

    def complete(self, q: Query) -> Query:
        """Without a condition: the family's own nothing. The condition comes to where the network lies."""
        if not self.family.entries:
            return replace(q, cond=None)
        cond = self.nothing.gather(q.rows.origin) if q.cond is None else q.cond
        cond.need(self.family.entries, "this checkpoint")
        return replace(q, cond=self.family.completed(q, cond).to(self.family.parts.device))

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """One call of the network, in its dtype; x is brought to it, and the answer to x, if it lies elsewhere."""
        parts, noising = self.family.parts, self.family.noising
        own = Native.of(noising.process, noising.target, q)
        x = moved(own.x, parts.device).to(parts.dtype)
        time = moved((own.time * noising.times).float(), parts.device)
        entries = {} if q.cond is None else q.cond.entries
        with self.family.adapters.on_network(q.changes):
            output = self.family.raw(x, time, entries, q.changes)
        answer = own.answered(q, noising.target, moved(output.to(q.x.dtype), q.x.device))
        return answer if noising.boundary is None else Prediction(noising.boundary(own.x, answer.x0, own.time))
