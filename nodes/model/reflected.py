"""A set of pictures or points, noised between walls, as a model."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, InputError, Number, RunContext, Span, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.exact.reflected import Reflected
from nodes.model.empirical import points_of
from nodes.processes.reflection import cube

Wall = Annotated[float, Number(minimum=-1e6, maximum=1e6)]


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("differentiable", "level_map"))
def reflected(data: Image | Sample, *, low: Wall = -1.0, high: Wall = 1.0, run: RunContext) -> Model:
    """The exact model of a finite set of data noised in the cube [low, high]^D, whose walls reflect.

    Reflected diffusion (Lou & Ermon 2023, arXiv:2304.04740): y = x0 + s ε folded back into the cube, [B, *event]. With
    the cube as [0, 1] the law of a coordinate is Σ N(y; 2 k ± x0, s²), or, for much noise,
    1 + 2 Σ cos(k π y) cos(k π x0) exp(−k² π² s²/2). The model answers x0 = y + s² ∇ log p, so every solver of the flow
    solves it with no term for the walls, where the score's normal part is 0; solver.reflected keeps the steps of others
    inside, and folds the noise that they begin with: at s of 2 widths or more it is uniform, the end of this process.
    Pictures [K, H, W, C] become points [C, H, W] with −1 for black and 1 for white. Gradients flow.
    Cost: 1 model row per sample; for each of the data and coordinates 22 exponentials.
    Errors: data outside the cube, noised, or tokens.
    """
    space, points = points_of(data)
    inside = cube(low, high)
    if not bool(inside.holds(points).all()):
        raise InputError(
            "some of the data lie outside the cube",
            where="data",
            given=f"from {float(points.min()):g} to {float(points.max()):g}",
            allowed=f"from {low:g} to {high:g}",
            mend="set `low` and `high` to hold them",
        )
    return Reflected(space, moved(points, run.device), inside)
