"""An exact bridge from data to data."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch

from graphs import Estimate, InputError, Number, RunContext, Span, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.sample import Sample
from nodes.exact.copies import Copies
from nodes.exact.lists import Numbers, means_of
from nodes.processes.bridge import Bridge, Bridged
from nodes.processes.exploding import Straight
from nodes.processes.linear import Linear


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("differentiable", "bridge"))
def bridge(
    ends: Sample,
    *,
    matrix: Numbers = (1.0,),
    offsets: Numbers = (0.0,),
    std: Annotated[float, Number(minimum=1e-4, maximum=100, scale="log")] = 0.05,
    process: Literal["ve", "vp_linear"] = "ve",
    sigma_max: Annotated[float, Number(minimum=1e-3, maximum=1e3, scale="log")] = 1.0,
    run: RunContext,
) -> Model:
    """An exact diffusion bridge from given points to their images (DDBM, Zhou et al. 2023, arXiv:2309.16948).

    Row r begins at its own end x_T, row `origin mod R` of `ends`, and becomes a draw from x0 ~ N(A x_T + o_k, std² I),
    k one of the K `offsets` with equal chance. A is `matrix`: one number, or [D²] row by row; `offsets` one number, or
    [K·D]. The bridge is x_t = a x_T + b x0 + √c ε of a variance-exploding process up to `sigma_max`, or of a
    variance-preserving one. The wire holds what is left of it, (x_t − a x_T)/b = x0 + s ε, a diffusion of its own from
    s = inf: start it from noise.gaussian, wired `like` this model, with any solver and levels; the paper's own are
    solver.ddbm and levels.bridge.
    Cost: 1 model row per sample. Errors: ends that are still noised, or tokens; lists of the wrong length.
    """
    size = math.prod(ends.space.event)
    ends.require_clean("ends")
    if len(matrix) not in (1, size**2):
        raise InputError(
            "`matrix` has the wrong number of numbers",
            given=str(len(matrix)),
            allowed=f"1, or {size**2} for points of {size}",
        )
    own: Process = Straight(0.0, sigma_max) if process == "ve" else Linear(0.1, 2.0, 0.0)
    way = Bridge(own)
    side = 1 if len(matrix) == 1 else size
    square = torch.tensor(matrix, dtype=torch.float64).reshape(side, side)
    law = Copies(way, square, means_of(offsets, size), std)
    return Bridged(law, way, ends.space, moved(torch.clone(ends.x), run.device))
