"""Batches of pictures below each other, each with its name."""

from __future__ import annotations

from typing import Annotated

from graphs import Number, TextBox, node
from nodes.contracts.contact_sheet import labelled
from nodes.contracts.labels import names_of_lines
from nodes.contracts.media import Image, sheet

GAP = 1
"""Grey pixels between two pictures of a row, before they are enlarged."""

Names = Annotated[str, TextBox(lines=True)]
"""One a line, in the order of the wires."""


@node
def compare(
    images: tuple[Image, ...],
    *,
    names: Names = "",
    enlarge: Annotated[int, Number(integer=True, minimum=1, maximum=32)] = 1,
) -> Image:
    """Several batches of pictures on one, a row for each, to see methods side by side.

    The pictures of a batch, uint8 [B, H, W, C], stand beside each other, its name left of them: a line of `names` in
    the order of the wires, or else its number. `enlarge` repeats every pixel so many times in both directions.
    Returns one picture. Cost: none. Errors: more names than batches; a picture of more than 2^15 pixels a side.
    """
    sides = [(name,) for name in names_of_lines(names, len(images))]
    rows = [sheet(image.pixels, len(image.pixels), GAP) for image in images]
    wide = [row.repeat_interleave(enlarge, 0).repeat_interleave(enlarge, 1) for row in rows]
    return Image(labelled(wide, [], sides, 1)[None])
