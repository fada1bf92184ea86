"""O-BELM: the bidirectional method of the smallest local error."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.bidirectional import Bidirectional, Step, scaled


@node(abilities=abilities("reversible"), cost=Estimate(calls=lambda steps: steps), also=("solver.belm",))
def o_belm() -> Solver:
    """O-BELM (Wang et al. 2024, arXiv:2410.07273): a two-step method of second order that can be undone exactly.

    In y = x/α, with the point y at s before, y' at s' now, d = s' − s, d' = s'' − s' and ε asked for at y':
    y'' = y' + d' ε + ρ (y − (y' − d ε)) with ρ = (d'/d)², which takes the local error to third order. The step of the
    same form over rising levels undoes it, so sampling over the rising levels and then over the falling ones, or the
    other way, gives back both points but for rounding, whatever the model is (one that gives an ε of its own, as CFG++,
    excepted). The point before travels as "bidirectional/x" in the sample's aux; a sample without it begins with
    Euler's step, and so does a turn to a level that it did not come from. Rounding grows where steps shrink: float32 at
    least.
    x [B, *event]. Order 2; 1 model call a step. Deterministic. Errors: levels that begin or end at pure noise; tokens.
    """
    return OBelm()


class OBelm(Bidirectional):
    """The method of `o_belm`."""

    def weight(self, step: Step) -> Tensor:
        """ρ for x."""
        return step.ratio.square() * scaled(step)
