"""A trajectory seen along the directions in which it varies most."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError, Number, node
from nodes.contracts.space import Space
from nodes.contracts.trajectory import Trajectory

Of: TypeAlias = Literal["x0", "x"]


@node
def principal_components(
    trajectory: Trajectory,
    *,
    of: Of = "x0",
    count: Annotated[int, Number(integer=True, minimum=2, maximum=64)] = 2,
) -> Trajectory:
    """The trajectory in its own principal components, to be shown by decoder.trajectory whatever it is made of.

    The directions are the eigenvectors of the covariance of all predicted x0 [N, B, *event] (or points x), the largest
    first (Pearson 1901); points, predictions and noise become their `count` coordinates along them, [.., B, count].
    The sign of each direction is that of its largest number. Fewer dimensions than `count` are filled with 0.
    Cost: none. Errors: what it is made `of` was not recorded; tokens; a level for each place.
    """
    seen = trajectory.x0 if of == "x0" else trajectory.x
    if seen is None or not seen.numel() or trajectory.space.vocabulary or trajectory.s.ndim > 2:  # noqa: PLR2004 - by row
        raise InputError(
            "the trajectory has no principal components",
            where="trajectory",
            given=f"{trajectory.describe()}, of {of}",
            allowed="points of real numbers with what the components are made of, each at one level",
            mend="record it with solver.trajectory",
        )
    directions = components(seen.flatten(2).flatten(0, 1).double(), count)

    def along(entries: Tensor | None) -> Tensor | None:
        return None if entries is None else (entries.flatten(2).double() @ directions).to(entries.dtype)

    return replace(
        trajectory,
        space=Space("principal components", (count,)),
        x=along(trajectory.x),
        x0=along(trajectory.x0),
        z=along(trajectory.z),
        aux={},
    )


def components(points: Tensor, count: int) -> Tensor:
    """The first principal directions of points [M, D], as columns [D, count]."""
    _, _, rows = torch.linalg.svd(points - points.mean(0), full_matrices=False)
    found = rows[:count]
    largest = found.gather(1, found.abs().argmax(1, keepdim=True))
    found = found * torch.where(largest < 0, -1.0, 1.0)
    return torch.cat([found, found.new_zeros(count - len(found), found.shape[1])]).T
