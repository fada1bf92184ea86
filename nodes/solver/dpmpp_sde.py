"""DPM++ SDE: the stochastic DPM-Solver++ with two questions a step."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import abilities, node
from nodes.contracts.levels import alpha_sigma, angle
from nodes.contracts.solver import Solver
from nodes.solver.dpm_solver_2 import Share
from nodes.solver.dpmpp_2s import Dpmpp2S
from nodes.solver.renoising import ancestral_below
from nodes.solver.reverse_sde import Eta, Held, NoiseScale
from nodes.solver.seeds_2 import Seeds2
from nodes.solver.stages_sde import Carried, stages_sde_cost


@node(abilities=abilities("memoryless", depending={"stochastic": "eta"}), cost=stages_sde_cost(2))
def dpmpp_sde(*, eta: Eta = 1.0, s_noise: NoiseScale = 1.0, share: Share = 0.5, path: bool = False) -> Solver:
    """DPM++ SDE of k-diffusion: DPM-Solver++(2S) (Lu et al. 2022, arXiv:2211.01095) with noise at both of its points.

    With y = x0 + s ε, λ = −ln s, r = `share` and down(q) = √(q² − up²), up = min(q, η q √(1 − q²/s²)): at the level q
    of λ + r h, y_q = (down(q)/s) y + (1 − down(q)/s) x0 + up z, x0_q is asked for there, and with
    D = x0 + (x0_q − x0)/(2r) the end is y' = (down(s')/s) y + (1 − down(s')/s) D + up z'. z and z' are increments of
    one Brownian motion in atan(s) over the first part of the step and over all of it, each scaled to variance 1; with
    `path` it is the row's one path (the levels then do not differ by place), else fresh ones. k-diffusion has such a
    motion in s. η = 1 is the law of solver.seeds_2; η = 0 is solver.dpmpp_2s, bitwise. Steps to or from s = 0 or inf
    have D = x0. Where the level rises nothing is drawn. `s_noise` other than 1 changes the law.
    Weak order 2; 2 model calls a step, 1 where D = x0. The noise on the way is drawn before the
    kernel is told, which is the law of x' given it. Errors: a sample of tokens.
    """
    return DpmppSde(eta, s_noise, share, path=path) if eta else Dpmpp2S(share)


class DpmppSde(Seeds2):
    """The method of `dpmpp_sde`."""

    def __init__(self, eta: float, s_noise: float, share: float, *, path: bool) -> None:
        super().__init__(eta, s_noise, share, "phi_1", path=path)

    def held(self, s: Tensor, at: Tensor) -> Held:
        """Euler to down(at), and up of noise."""
        (alpha, sigma), (alpha_at, _) = alpha_sigma(s), alpha_sigma(at)
        falls = at < s
        down = torch.where(falls, ancestral_below(s, at, self.eta), at)
        share = torch.where(torch.isinf(down), 1.0, down * alpha_at)
        of_x = torch.where(s == 0, 0.0, share / torch.where(s == 0, 1.0, sigma))
        up = torch.where(falls, torch.sqrt((at.square() - down.square()).clamp(min=0)), 0.0)
        return Held(of_x, alpha_at - of_x * alpha, alpha_at * up)

    def weights(self, s: Tensor, at: Tensor, count: int) -> tuple[Tensor | None, ...]:
        """(1 − down(s')/s)/(2r) at the end."""
        down = torch.where(at < s, ancestral_below(s, at, self.eta), at)
        return ((1 - down / s) / (2 * self.points[0]),) if count else ()

    def carried(self, s: Tensor, before: Tensor, at: Tensor) -> Carried:
        """The z' by z: increments over angles, of which z has seen the first."""
        seen = torch.where(at == s, 0.0, (angle(s) - angle(before)) / torch.where(at == s, 1.0, angle(s) - angle(at)))
        std, std_before = self.held(s, at).std, self.held(s, before).std
        kept = torch.where(std_before == 0, 0.0, std / torch.where(std_before == 0, 1.0, std_before) * seen.sqrt())
        return Carried(kept, std * torch.sqrt(1 - seen))
