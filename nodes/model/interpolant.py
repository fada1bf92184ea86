"""The exact model of an interpolant between two laws."""

from __future__ import annotations

import math
from typing import Literal

from graphs import Estimate, InputError, Span, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.space import Space
from nodes.exact.between import Between, Law
from nodes.exact.lists import Numbers, covariances_of, means_of
from nodes.processes.interpolant import interpolating


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("differentiable"))
def interpolant(
    process: Process,
    *,
    target_means: Numbers = (-1.0, 0.0, 1.0, 0.0),
    target_std: Numbers = (0.2,),
    source_means: Numbers = (0.0, -1.0, 0.0, 1.0),
    source_std: Numbers = (0.3,),
    shape: tuple[int, ...] = (2,),
    predicts: Literal["velocity", "denoiser"] = "velocity",
) -> Model:
    """The exact networks of a two-sided interpolant between mixtures of Gaussians (arXiv:2303.08797).

    x_t = α x0 + β x1 + γ z [B, *shape] with independent x0 ~ Σ N(m, diag std²)/K, the target at s = 0, and x1 likewise,
    the source at s = inf. "velocity": b(x, t) = E[dx_t/dt | x], as the pair with x = α x0 + β ε, b = α' x0 + β' ε in
    the place of x0 and noise; so every solver of the flow takes the source to the target, and back. "denoiser": for
    solver.interpolant alone, x_t without its γ z, E[α x0 + β x1 | x_t]/√(α² + β²) = (x_t + γ² score)/√(α² + β²). Means
    are K·D numbers, `std` one, D or K·D. Begin at noise.endpoint. On the way up begin a little above s = 0, as there no
    noise is seen. Cost: 1 model row per sample.
    Errors: a process that is no process.interpolant; lists of the wrong length; a std that is 0.
    """
    way, size = interpolating(process), math.prod(shape)
    if not shape or min(shape) < 1:
        raise InputError("the points have no shape", given=f"shape {list(shape)}", allowed="positive sizes, as [2]")
    laws = [law(target_means, target_std, size), law(source_means, source_std, size)]
    return Between(Space("points", shape), way, *laws, denoises=predicts == "denoiser")


def law(means: Numbers, std: Numbers, size: int) -> Law:
    """The mixture of these numbers."""
    centres = means_of(means, size)
    if std and min(std) == 0:
        raise InputError("a standard deviation is 0", given="0", allowed="numbers above 0", mend="set a small one")
    return Law(centres, covariances_of(std, (), len(centres), size).expand(centres.shape).clone())
