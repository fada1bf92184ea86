"""The sources by the names that a space carries."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.draws import normal
from nodes.contracts.rows import Rows
from nodes.contracts.source import Source
from nodes.contracts.space import Space
from nodes.sources.correlated import Correlated
from nodes.sources.heavy_tailed import HeavyTailed
from nodes.sources.independent import Laplace, Logistic, Uniform

INDEPENDENT: Mapping[str, Source] = {source.name: source for source in (Uniform(), Laplace(), Logistic())}


def source_named(name: str) -> Source:
    """The source that a name describes."""
    if name in INDEPENDENT:
        return INDEPENDENT[name]
    match name.split("-", 2):
        case ["pfgmpp", augmented]:
            return HeavyTailed(float(augmented))
        case ["ou" | "shared" as kernel, axis, strength]:
            return Correlated(kernel, int(axis), float(strength))
    known = [*INDEPENDENT, "pfgmpp-D", "ou-AXIS-LENGTH", "shared-AXIS-SHARE"]
    raise InputError("there is no such law of noise", given=name, allowed=", ".join(known))


def start_noise(space: Space, rows: Rows) -> Tensor:
    """The noise in which the samples of a space begin, [B, *event] float32: normal, unless it names another source."""
    if space.source is None:
        return normal(rows, space.event, "start")
    return source_named(space.source).draw(rows, space.event)
