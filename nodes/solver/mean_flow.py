"""Steps along an average velocity."""

from __future__ import annotations

from graphs import Estimate, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.euler import Euler


@node(abilities=abilities("memoryless"), cost=Estimate(calls=lambda steps: steps), also=("solver.shortcut",))
def mean_flow() -> Solver:
    """Steps along the average velocity, as of MeanFlow (Geng et al. 2025, arXiv:2505.13447) and shortcut models.

    In the time of a flow, t = s/(1 + s), z = (1 − t) x0 + t ε: z_r = z_t − (t − r) u(z_t, r, t), where u is the mean of
    the velocity ε − x0 over the way from t to r. A model of u answers here with x0 = z_t − t u and ε = z_t + (1 − t) u,
    told where the step goes; so the step is that of solver.euler, bitwise, and a grid of one step is one-step sampling.
    With model.flow_map u is exact and every grid ends at the same points; an ordinary model gives Euler's steps.
    1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return Euler()
