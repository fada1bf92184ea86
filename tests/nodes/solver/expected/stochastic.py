"""Solvers that draw; their orders are those of the law at the end, on normal data unless it says another."""

from __future__ import annotations

from nodes.solver.accelerated_ddpm import accelerated_ddpm
from nodes.solver.ddim import ddim
from nodes.solver.ddpm import ddpm
from nodes.solver.dpm_2_ancestral import dpm_2_ancestral
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.dpmpp_2s_ancestral import dpmpp_2s_ancestral
from nodes.solver.dpmpp_3m_sde import dpmpp_3m_sde
from nodes.solver.dpmpp_sde import dpmpp_sde
from nodes.solver.er_sde import er_sde
from nodes.solver.euler_maruyama import euler_maruyama
from nodes.solver.heun import heun
from nodes.solver.langevin import langevin
from nodes.solver.predictor_corrector import predictor_corrector
from nodes.solver.seeds_2 import seeds_2
from nodes.solver.seeds_3 import seeds_3
from nodes.solver.stochastic import stochastic
from tests.nodes.solver.expected import Expected, Grid

TWO = "2, the last 1"
SONG, LU, SEEDS, ER = "arXiv:2011.13456", "arXiv:2211.01095", "arXiv:2305.14267", "arXiv:2309.06169"
TIME: Grid = "uniform_time"

SOLVERS = (
    Expected("solver.ddim", lambda: ddim(eta=0.5), 1, "1", "arXiv:2010.02502", "eta=0.5", stochastic=True),
    Expected("solver.ddpm", ddpm, 1, "1", "arXiv:2006.11239", stochastic=True),
    Expected(
        "solver.ddpm",
        lambda: ddpm(variance_type="fixed_large"),
        1,
        "1",
        "arXiv:2006.11239",
        "variance_type=fixed_large",
        stochastic=True,
    ),
    Expected("solver.euler_maruyama", euler_maruyama, 1, "1", SONG, grid=TIME, stochastic=True),
    Expected(
        "solver.euler_maruyama", lambda: euler_maruyama(process="ve"), 1, "1", SONG, "process=ve", stochastic=True
    ),
    Expected(
        "solver.euler_maruyama", lambda: euler_maruyama(process="flow"), 1, "1", SONG, "process=flow", stochastic=True
    ),
    Expected(
        "solver.dpmpp_2m_sde",
        lambda: dpmpp_2m_sde(solver_type="heun"),
        2,
        "1",
        LU,
        "solver_type=heun",
        stochastic=True,
    ),
    Expected("solver.dpmpp_2m_sde", lambda: dpmpp_2m_sde(eta=0.5), 2, "1", LU, "eta=0.5", stochastic=True),
    Expected(
        "solver.dpmpp_3m_sde",
        dpmpp_3m_sde,
        2,
        "1",
        LU,
        stochastic=True,
        note="the noise between the points keeps it from order 3",
    ),
    Expected(
        "solver.dpmpp_3m_sde",
        lambda: dpmpp_3m_sde(form="compat"),
        2,
        "1",
        "k-diffusion",
        "form=compat",
        stochastic=True,
    ),
    Expected("solver.dpmpp_sde", dpmpp_sde, 2, TWO, LU, stochastic=True),
    Expected("solver.dpmpp_2s_ancestral", dpmpp_2s_ancestral, 2, TWO, LU, stochastic=True),
    Expected("solver.dpm_2_ancestral", dpm_2_ancestral, 2, TWO, "arXiv:2206.00927", stochastic=True),
    Expected("solver.seeds_2", seeds_2, 2, TWO, SEEDS, stochastic=True),
    Expected(
        "solver.seeds_2", lambda: seeds_2(solver_type="phi_2"), 2, TWO, SEEDS, "solver_type=phi_2", stochastic=True
    ),
    Expected(
        "solver.seeds_3",
        seeds_3,
        2,
        "3, the last 1",
        SEEDS,
        steps=(80, 160),
        stochastic=True,
        note="of order 3 without noise; the slope still rises with the steps",
    ),
    Expected("solver.er_sde", lambda: er_sde(max_stage=1), 1, "1", ER, "max_stage=1", stochastic=True),
    Expected("solver.er_sde", lambda: er_sde(max_stage=2), 2, "1", ER, "max_stage=2", stochastic=True),
    Expected("solver.er_sde", er_sde, 2, "1", ER, stochastic=True, paper_order=3),
    Expected(
        "solver.accelerated_ddpm",
        accelerated_ddpm,
        1,
        "1",
        "arXiv:2403.03852",
        grid=TIME,
        stochastic=True,
        data="mixture",
        note="of order 2 on normal data only",
    ),
    Expected("solver.stochastic", lambda: stochastic(heun()), 2, TWO, SONG, "over heun", stochastic=True),
    Expected(
        "solver.stochastic",
        lambda: stochastic(heun(), eta=0.5, kind="flow"),
        2,
        TWO,
        SONG,
        "over heun, kind=flow",
        stochastic=True,
    ),
    Expected(
        "solver.stochastic",
        lambda: stochastic(dpmpp_2m()),
        1,
        "1",
        SONG,
        "over dpmpp_2m",
        steps=(80, 160),
        stochastic=True,
        note="what the inner solver remembers lies where the noise was not yet",
    ),
    Expected(
        "solver.langevin",
        lambda: langevin(heun(), snr=0.005, norms="level"),
        2,
        "3, the last 2",
        SONG,
        "over heun, snr=0.005, norms=level",
        stochastic=True,
        note="of any snr the law is off by a little that more steps do not mend: with 0.02 from 160 steps on",
    ),
    Expected(
        "solver.predictor_corrector",
        lambda: predictor_corrector(snr=0.02, norms="level"),
        1,
        "2",
        SONG,
        "snr=0.02, norms=level",
        stochastic=True,
        note="of any snr the law is off by a little that more steps do not mend",
    ),
)
