"""The predictor–corrector sampler."""

from __future__ import annotations

from graphs import Estimate, Known, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.euler_maruyama import Chart, EulerMaruyama
from nodes.solver.langevin import Corrections, Langevin, Norms, Snr, corrected_cost


def cost(known: Known) -> Estimate:
    """The predictor's one call a step, and the corrections."""
    predictor = Estimate(calls=lambda steps: steps)
    return predictor if known.value("snr") == 0 else corrected_cost(predictor, known.number("corrections"))


@node(abilities=abilities("stochastic", "memoryless"), cost=cost)
def predictor_corrector(
    *, snr: Snr = 0.16, corrections: Corrections = 1, process: Chart = "ve", norms: Norms = "row"
) -> Solver:
    """The predictor–corrector sampler (Song et al. 2021, arXiv:2011.13456, Algorithms 1, 4 and 5).

    At each level Langevin's corrections, solver.langevin, then a step of the reverse SDE, solver.euler_maruyama with
    η = 1: for "ve" y' = y − (s² − s'²) ε/s + √(s² − s'²) z, the reverse diffusion predictor, and Tweedie's denoising at
    the end. snr: 0.16 for VE, 0.01 to 0.05 for VP; 0 is the predictor alone, bitwise. With norms "batch" rows
    are no longer what they are alone.
    Weak order 1 as the corrections become small; 1 + `corrections` model calls a step. Errors: a sample of tokens.
    """
    predictor = EulerMaruyama(1.0, process)
    return Langevin(predictor, snr, corrections, norms) if snr else predictor
