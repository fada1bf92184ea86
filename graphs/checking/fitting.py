"""What fits together: which inputs take an output, which types give what an input takes, and through which conversion.

The reference for the browser, which works the same out from the catalogue's JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.wires import why_not
from graphs.declaration.records import Parameter, Port


class Fit(NamedTuple):
    """A port of a node type that can be wired: an input, or an output; through a conversion where it is named."""

    type: str
    port: str
    through: str | None = None


def fits(source: Port, target: Port | Parameter, catalogue: Catalogue) -> tuple[str | None, ...]:
    """How an output can be led to an input: (None,) where it fits as it is, else the conversions that make it fit."""
    if why_not(source, target, catalogue) is None:
        return (None,)
    return catalogue.conversions(source.types, target.types) if isinstance(target, Port) else ()


def takers(source: Port, catalogue: Catalogue, *, parameters: bool = False) -> list[Fit]:
    """Every input of every node type that takes an output; those that take it as it is come first.

    With `parameters` also the parameters that a wire of its type can set, after the ports that take it as it is.
    """
    found = [Fit(*entry) for entry in _inputs(source, catalogue)]
    direct, converted = [fit for fit in found if fit.through is None], [fit for fit in found if fit.through is not None]
    knobs = _knobs(source, catalogue) if parameters else []
    return [*direct, *knobs, *converted]


def givers(target: Port | Parameter, catalogue: Catalogue) -> list[Fit]:
    """Every output of every node type that an input takes; those that it takes as they are come first."""
    found = [
        Fit(record.id, port.name, through)
        for record in catalogue.nodes.values()
        for port in record.outputs
        for through in fits(port, target, catalogue)
    ]
    return sorted(found, key=lambda fit: fit.through is not None)


def _inputs(source: Port, catalogue: Catalogue) -> Iterator[tuple[str, str, str | None]]:
    for record in catalogue.nodes.values():
        for port in record.inputs:
            for through in fits(source, port, catalogue):
                yield record.id, port.name, through


def _knobs(source: Port, catalogue: Catalogue) -> list[Fit]:
    return [
        Fit(record.id, parameter.name)
        for record in catalogue.nodes.values()
        for parameter in record.parameters
        if fits(source, parameter, catalogue)
    ]
