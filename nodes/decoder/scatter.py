"""Points of a plane as a plot."""

from __future__ import annotations

from graphs import Estimate, InputError, node
from nodes.contracts.marks import Points
from nodes.contracts.plot import Plot
from nodes.contracts.sample import Sample
from nodes.decoder.points import axes, pair, shown

BEHIND = "#aab2be"
"""The colour of what a sample is compared with."""
DENSE, SPARSE = 1000, 200
"""Numbers of points from which on they are drawn smaller and fainter, and up to which they are large and clear."""


@node(cost=lambda known: Estimate(rows=known.input("sample").rows))
def scatter(
    sample: Sample, reference: Sample | None = None, *, coordinates: tuple[int, ...] = (0, 1), title: str = ""
) -> Plot:
    """Points as a scatter plot with equal axes; a `reference` lies in grey behind them, to compare.

    Of x [B, *event] the two `coordinates` are shown, counted through the flattened event from 0, as they are on the
    wire: noised points are α x0 + σ ε. At most the first 50,000 rows; points that are NaN or infinite are left out, and
    a note below the plot says how many. Cost: none.
    Errors: tokens; coordinates that the event does not have; a reference of another shape, or one that is still noised
    and not at the sample's level.
    """
    if reference is not None:
        _require_alike(sample, reference)
    batches = [(reference, "reference", BEHIND)] if reference is not None else []
    batches += [(sample, "sample", "")]
    marks, notes = [], []
    for batch, name, colour in batches:
        at, note = shown(pair(batch.x, batch.space, coordinates), f"{name} points")
        marks.append(Points(at, name if reference is not None else "", colour, None, *drawn_as(len(at))))
        notes += [note] if note else []
    x, y = axes(coordinates)
    return Plot(tuple(marks), title, x, y, equal=True, note=" ".join(notes))


def drawn_as(count: int) -> tuple[float, float]:
    """Radius and opacity for so many points: what is dense is drawn smaller and fainter, so that it can be seen."""
    if count <= SPARSE:
        return 3.0, 0.85
    thin = min(1.0, DENSE / count)
    return 2.4 * thin**0.25, 0.6 * thin**0.3


def _require_alike(sample: Sample, reference: Sample) -> None:
    """`InputError` where points and reference cannot be compared: noised points are to be seen before noised ones."""
    if reference.space.event != sample.space.event:
        raise InputError(
            "the reference has points of another shape",
            where="reference",
            given=f"{reference.space.describe()} behind {sample.space.describe()}",
            allowed=f"points of shape {list(sample.space.event)}",
            mend="wire points of the same space",
        )
    if bool((reference.s != 0).any()) and set(reference.s.flatten().tolist()) != set(sample.s.flatten().tolist()):
        raise InputError(
            "the reference is still noised",
            where="reference",
            given=reference.describe(),
            allowed="a reference at s = 0, or at the level of the sample",
            mend="wire a finished sample, as of solver.sample",
        )
