"""Improved PNDM: Adams and Bashforth's weights for even steps, on ε."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.solver import Solver
from nodes.solver.deis import Deis
from nodes.solver.unic import Order

EARLIER = ((-1 / 2,), (-16 / 12, 5 / 12), (-59 / 24, 37 / 24, -9 / 24))
"""What the answers before the newest weigh, with 1, 2 and 3 of them; all weights sum to 1."""


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def ipndm(*, order: Order = 4) -> Solver:
    """IPNDM (Zhang & Chen 2023, arXiv:2204.13902, section 3.3): PNDM that begins with lower orders.

    DDIM with ε' = (55 ε − 59 ε1 + 37 ε2 − 9 ε3)/24 for order 4, (23 ε − 16 ε1 + 5 ε2)/12 for 3 and (3 ε − ε1)/2 for 2,
    over the last answers, newest first. The weights are those of even steps whatever the levels are (solver.lms has
    those of the levels). A row's first steps are of lower order, and so are those after a turn of the levels and from
    s = 0 or inf. Order 2 as the steps become many, on levels even in the time of a network; before that the error falls
    almost as fast as with order 4. 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return Pseudo("ipndm", order)


class Pseudo(Deis):
    """The method of `ipndm`."""

    def __init__(self, name: str, order: int) -> None:
        super().__init__(name, order, "rho")

    def weights(self, nodes: Tensor, used: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
        """(s' − s) times the constants for as many answers as can be used."""
        span = moved(s_next - s, nodes.device)
        found = [span * 0.0] * len(nodes)
        for count, constants in enumerate(EARLIER[: len(nodes)]):
            for number, constant in enumerate(constants):
                found[number] = torch.where(used[count], span * constant, found[number])
        return torch.stack(found)
