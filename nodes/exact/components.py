"""What all exact models share: the law is a weighted sum of components, and a condition names some of them."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace

import torch
from torch import Tensor

from graphs import InputError
from graphs.naming import listing, suggestion
from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.devices import moved
from nodes.contracts.model import OneShape
from nodes.contracts.query import Query
from nodes.contracts.space import Space

ENTRY = "component"
"""The entry of a condition: which components it names, bool [R, K]."""


class Components(OneShape):
    """p(x) = Σ w_k p_k(x), with log weights [K], and for each component the name of its class.

    A condition names classes or numbers, from 1; without one all components count. Every method takes x [B, *event],
    levels s [B] and, if given, a row-aligned `cond`.
    """

    def __init__(self, space: Space, weights: Tensor, classes: tuple[str, ...]) -> None:
        self.space, self.classes = space, classes
        total = float(weights.sum())
        usable = bool((weights >= 0).all()) and 0 < total < torch.inf
        if len(weights) != len(classes) or not usable:
            raise InputError(
                "these are no weights of the components",
                given=f"{len(weights)} weights with the sum {total:g}, {len(classes)} components",
                allowed="one for each component, none negative, not all 0",
            )
        self.log_weights = torch.log(weights.double() / total)

    @abstractmethod
    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """The log of p_k(x) at level s, [B, K], but for what all components share."""

    @abstractmethod
    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """What `log_parts` leaves out, [B]."""

    def log_likelihood(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """The log density (of tokens: probability) of x at level s, under the condition, [B]."""
        chosen = self._log_chosen(cond, x)
        joint = self.log_parts(x, s) + chosen
        return torch.logsumexp(joint, 1) - torch.logsumexp(chosen, 1) + self.log_common(x, s)

    def responsibilities(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """p(component | x) at level s, under the condition, [B, K]."""
        return self.shares(self.log_parts(x, s), cond, x)

    def shares(self, parts: Tensor, cond: Cond | None, x: Tensor) -> Tensor:
        """The responsibilities for `parts` of `log_parts`, [B, K]."""
        return torch.softmax(parts + self._log_chosen(cond, x), 1)

    def log_class(self, x: Tensor, s: Tensor, cond: Cond) -> Tensor:
        """The log probability, given x at level s, that it came from what the condition names, [B]: a classifier.

        −inf where x came from no component at all.
        """
        parts = self.log_parts(x, s)
        named = torch.logsumexp(parts + self._log_chosen(cond, x), 1)
        every = torch.logsumexp(parts + self._log_chosen(None, x), 1)
        return torch.where(torch.isinf(every), -torch.inf, named - every)

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """For each text the components of its classes and numbers; the empty text names all of them."""
        return Cond({ENTRY: torch.tensor([self._named(text) for text in texts])})

    def complete(self, q: Query) -> Query:
        """Without a condition: all components. The condition comes to where x lies. Points are of the event's shape."""
        q = super().complete(q)
        everything = torch.ones(1, len(self.classes), dtype=torch.bool)
        cond = Cond({ENTRY: everything}).gather(q.rows.origin) if q.cond is None else q.cond
        cond.need((ENTRY,), "this exact model")
        return replace(q, cond=cond.to(str(q.x.device)))

    def own(self, tensor: Tensor, x: Tensor) -> Tensor:
        """A tensor of the model's, where x lies and in its type."""
        return moved(tensor.to(x.dtype if x.is_floating_point() else torch.float64), x.device)

    def _log_chosen(self, cond: Cond | None, x: Tensor) -> Tensor:
        """The log weights, −inf for those that the condition does not name; [1 or B, K]."""
        logs = self.own(self.log_weights, x)[None]
        if cond is None:
            return logs
        return torch.where(moved(cond.entries[ENTRY], x.device), logs, -torch.inf)

    def _named(self, text: str) -> list[bool]:
        words = [word.lower() for word in re.split(r"[\s,]+", text) if word]
        names = [{str(number), name.lower()} for number, name in enumerate(self.classes, 1)]
        for word in words:
            if not any(word in own for own in names):
                known = [*dict.fromkeys(name for name in self.classes if name), f"1 … {len(self.classes)}"]
                raise InputError(
                    f'the model has no component "{word}"',
                    given=f'"{text}"',
                    allowed=listing(known, 20),
                    mend=suggestion(word, known) or "name classes or numbers of components, as 1 3",
                )
        return [not words or not own.isdisjoint(words) for own in names]
