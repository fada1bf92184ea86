"""DPM-Solver++(2S) with fresh noise at every step."""

from __future__ import annotations

from typing import Annotated

from graphs import Number, node
from nodes.contracts.solver import Solver
from nodes.solver.ancestral_over import ANCESTRAL, TWO_STAGES, AncestralOver
from nodes.solver.dpmpp_2s import Dpmpp2S
from nodes.solver.reverse_sde import NoiseScale


@node(abilities=ANCESTRAL, cost=TWO_STAGES)
def dpmpp_2s_ancestral(
    *, eta: Annotated[float, Number(minimum=0, maximum=1, step=0.05)] = 1.0, s_noise: NoiseScale = 1.0
) -> Solver:
    """DPM++ 2S a: solver.dpmpp_2s with ancestral noise, as in k-diffusion.

    With y = x0 + s ε: s_up = η s' √(1 − s'²/s²), s_down = √(s'² − s_up²); DPM-Solver++(2S) (Lu et al. 2022,
    arXiv:2211.01095, Algorithm 1, r = ½) from s to s_down, then s_noise s_up z. η = 0 is solver.dpmpp_2s, bitwise.
    Where the level rises nothing is drawn. `s_noise` other than 1 changes the law.
    Weak order 2; 2 model calls a step, 1 where it begins or ends at data or pure noise. Errors: a sample of tokens.
    """
    return AncestralOver(Dpmpp2S(), eta, s_noise) if eta else Dpmpp2S()
