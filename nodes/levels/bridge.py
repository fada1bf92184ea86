"""A grid of a bridge's own levels."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Known, needs, node
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.solver.ddbm import bridged


def cost(known: Known) -> Estimate:
    """As many steps, ending where they did."""
    given = known.input("levels")
    return Estimate(steps=given.steps, last_open=given.last_open)


@node(cost=cost)
def bridge(levels: Levels, bridge: Annotated[Model, needs("bridge")]) -> Levels:
    """Levels r = σ/α of a bridge's own process as those of the wire, s = r/√(1 − r²/r_T²); the shape stays, [N + 1].

    So levels.karras with sigma_max = r_T, the last level of model.bridge's process, is the grid that DDBM is sampled on
    (Zhou et al. 2023, arXiv:2309.16948), from the known end at s = inf: what is not below r_T becomes inf. For a
    variance-exploding bridge r_T is its `sigma_max`. Cost: none. Errors: a model that is no bridge itself.
    """
    return Levels(bridged(bridge).bridge.of_level(levels.s))
