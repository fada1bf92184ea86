"""A two-sided stochastic interpolant."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, also, node
from nodes.contracts.process import Process
from nodes.processes.interpolant import Interpolant, Latent, Way


@node(cost=Estimate())
def interpolant(
    *,
    path: Annotated[Way, also("interpolant")] = "linear",
    gamma: Latent = "brownian",
    strength: Annotated[float, Number(minimum=0, maximum=100, step=0.05), also("a")] = 1.0,
) -> Process:
    """A two-sided stochastic interpolant: x_t = α x0 + β x1 + γ z, z ~ N(0, 1) (Albergo et al. 2023, arXiv:2303.08797).

    "linear": α = 1 − t, β = t; "trigonometric": the cosine and the sine of π t/2. γ = `strength` times √(t (1 − t)), or
    sin² π t, is 0 at both ends; a strength of 0 is a flow between the two laws. The level of the wire is s = β/α, from
    inf at x1, which may have any law, to 0 at x0; x = x_t/√(α² + β²). Levels even in t: levels.uniform_time. Begin at
    noise.endpoint with a model of this interpolant, as model.interpolant; solver.interpolant adds noise. A one-sided
    interpolant, whose x1 is noise, is process.flow or process.trigonometric. Cost: none.
    """
    return Interpolant(path, gamma, strength)
