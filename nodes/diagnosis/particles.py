"""Particles on their way: how many of them count, and whose offspring they are."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import InputError, Number, node
from nodes.contracts.devices import moved
from nodes.contracts.marks import Mark, Points, Polylines
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.sample import Sample
from nodes.plotting.palette import QUIET, SERIES

SIZE, ANCESTOR = "ess", "ancestor"


class Seen(NamedTuple):
    """The effective sample size over the steps, and the lines of descent."""

    effective_size: Plot
    genealogy: Plot


@node
def particles(
    sample: Sample,
    *,
    row: Annotated[int, Number(integer=True, minimum=0, maximum=10**6)] = 0,
    title: str = "",
) -> Seen:
    """What became of particles, as search.fk_steering tells in the aux of its sample.

    "effective_size": 1/Σw² of each row's particles where they were weighed; it falls while weights differ, and rises to
    their number where they are drawn anew. "genealogy": the particles of the row number `row`, one beside the other,
    and from whom each descends, step by step; in colour who has offspring at the end. It needs all particles of a row:
    the outcome "all". Cost: none. Errors: a sample that was not steered; too few rows; an outcome without all.
    """
    sizes, ancestors = _told(sample, SIZE), _told(sample, ANCESTOR)
    origins = sample.rows.origin
    rows = list(dict.fromkeys(origins.tolist()))
    if row >= len(rows):
        given = f"row {row} of {len(rows)}"
        raise InputError("there is no such row", where="row", given=given, allowed=f"0 to {len(rows) - 1}")
    lines: list[Mark] = []
    for number, origin in enumerate(rows):
        size = sizes[int((origins == origin).nonzero()[0])]
        steps = (size > 0).nonzero()[:, 0]
        if len(steps):
            at = torch.stack([steps.double(), size[steps]], 1)
            colour = SERIES[number % len(SERIES)]
            lines += [Polylines(at[None], f"row {number}", colour), Points(at, "", colour)]
    note = "" if lines else "No particle was weighed on the way."
    steps_axis = PlotAxis("step", (0.0, float(sizes.shape[1])))
    size_plot = Plot(tuple(lines), title, steps_axis, PlotAxis("effective sample size"), note=note)
    return Seen(size_plot, _genealogy(ancestors[origins == rows[row]], title))


def _told(sample: Sample, name: str) -> Tensor:
    found = [entry for key, entry in sample.aux.items() if key.rpartition("/")[2] == name]
    if not found:
        raise InputError(
            "the sample does not tell of particles",
            where="sample",
            given=f"{sample.describe()}, which tells {', '.join(sample.aux) or 'nothing'}",
            allowed="what was sampled by search.fk_steering or another solver of particles",
            mend="wire the sample of such a solver",
        )
    return moved(found[0], "cpu")


def _genealogy(ancestor: Tensor, title: str) -> Plot:
    """The lines of descent of particles, from the slot of each one's ancestor at every step [K, N + 1]."""
    count, steps = ancestor.shape
    axes = PlotAxis("step", (0.0, float(steps))), PlotAxis("particle", (-0.5, count - 0.5))
    if not bool((ancestor < count).all()):
        return Plot((), title, *axes, note='Only part of the particles is here: set `outcome` to "all".')
    time, slots = torch.arange(steps + 1), torch.arange(count)
    alive = [slots]
    for origin in reversed(ancestor.T):
        alive.append(origin[alive[-1]])
    lineages = places(time.expand(count, -1), torch.stack(alive[::-1], 1))
    begins = places(time[:-1].expand(count, -1), ancestor)
    ends = places(time[1:].expand(count, -1), slots[:, None].expand(-1, steps))
    edges = torch.stack([begins, ends], 2).flatten(0, 1)
    founders = len(set(alive[-1].tolist()))
    note = f"{founders} of {count} particles at the start have offspring at the end."
    marks = (Polylines(edges, "", QUIET, width=0.5, opacity=0.4), Polylines(lineages, "", SERIES[0]))
    return Plot(marks, title, *axes, note=note)


def places(across: Tensor, up: Tensor) -> Tensor:
    """Points of a plane [..., 2]."""
    return torch.stack([across, up], -1).double()
