"""New pictures from the patches of some."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeAlias

from graphs import Curve, CurveOver, Estimate, InputError, LevelCurve, Number, RunContext, Span, abilities, also, node
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.exact.patches import Edges, Patches
from nodes.model.empirical import points_of

PICTURE = ("channels", "height", "width")
Side: TypeAlias = Annotated[Curve, CurveOver(minimum=1, maximum=4096, step=2), also("patch size", "kernel size")]
Length: TypeAlias = Annotated[int, Number(integer=True, minimum=0, maximum=8192)]

SIDES = LevelCurve(((0.05, 3.0), (3.0, 11.0)))
"""Small patches for the last details, large ones for the first outlines."""


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("differentiable"))
def patches(
    data: Image | Sample,
    *,
    patch: Side = SIDES,
    local: bool = False,
    edges: Edges = "zero",
    width: Length = 0,
    height: Length = 0,
    run: RunContext,
) -> Model:
    """Pictures without training: a mosaic of the patches of one picture or a few, where model.empirical knows only
    whole ones. The local score machine of Kamb & Ganguli 2024 (arXiv:2412.20292), the exact optimum of a convolutional
    network that sees no farther than a patch.

    x0 at a pixel is Σ softmax(−|p − α q|²/2σ²) (middle of q) over the patches q of the data, p being the patch of x
    around the pixel. Patches of all places count, so that things may come anywhere; where `local`, only those around
    the same pixel, so that faces stay faces. `patch` is the patch's side, a number or a curve over the level: it is
    made odd, and no larger than what there is to see. `edges` says what lies beyond the edge: "zero" as for most
    networks, so that what is at the edge stays there, or "wrap", what is at the other edge. A patch as large as the
    picture (wrap), or twice as large (zero), gives model.empirical, where `local` is off with all its shifts.
    `width` and `height` of new pictures are those of the data where they are 0; `local` has no others.
    Pictures [K, H, W, C] become points [C, H, W] in [−1, 1]; a sample has to be at s = 0. Gradients flow, and hold
    the weights of all patches. Levels are one for a row. Rounding of float32 is felt below s = 0.01.
    Cost: 1 model row per sample, 2 · (pixels of x) · (pixels of the data) · channels · patch² operations; where
    `local` but (pixels of x) · pictures · channels · patch². Errors: no pictures; a sample that is still noised.
    """
    space, points = points_of(data)
    if len(space.event) != len(PICTURE) or space.vocabulary:
        raise InputError(
            "patches are cut from pictures",
            where="data",
            given=space.describe(),
            allowed=f"an event [{', '.join(PICTURE)}]",
            mend="wire pictures, or use model.empirical for points",
        )
    rows, columns = height or space.event[1], width or space.event[2]
    if local and (rows, columns) != space.event[1:]:
        raise InputError(
            "patches of the same place have no place in a picture of another size",
            given=f"{columns}×{rows}",
            allowed=f"{space.event[2]}×{space.event[1]}, as the data",
            mend="leave `width` and `height` at 0, or turn `local` off",
        )
    made = replace(space, event=(space.event[0], rows, columns))
    return Patches(made, moved(points, run.device), patch, edges, local=local)
