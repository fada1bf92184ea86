"""Deterministic solvers that take each step by itself."""

from __future__ import annotations

from nodes.solver.accelerated_ddim import accelerated_ddim
from nodes.solver.clocks import Variable
from nodes.solver.dpm_solver_2 import dpm_solver_2
from nodes.solver.dpm_solver_3 import dpm_solver_3
from nodes.solver.dpm_solver_fast import dpm_solver_fast
from nodes.solver.dpmpp_2s import dpmpp_2s
from nodes.solver.edict import edict
from nodes.solver.kutta3 import kutta3
from nodes.solver.midpoint import midpoint
from nodes.solver.ralston import ralston
from nodes.solver.res_2s import res_2s
from nodes.solver.res_3s import res_3s
from nodes.solver.rf_solver import rf_solver
from nodes.solver.rk4 import rk4
from nodes.solver.runge_kutta import runge_kutta
from tests.nodes.solver.expected import Expected

FEW = (20, 40, 80)
"""Of methods that soon come to what the reference is exact to."""

RALSTON_3 = (1 / 2, 0.0, 3 / 4, 2 / 9, 1 / 3, 4 / 9)


def tables(variable: Variable, *, steps: tuple[int, ...] = (40, 80, 160)) -> tuple[Expected, ...]:
    """The methods with a Butcher table, in one variable."""
    setting = f"variable={variable}"
    return (
        Expected("solver.midpoint", lambda: midpoint(variable=variable), 2, "2", "Runge 1895", setting, steps=steps),
        Expected("solver.ralston", lambda: ralston(variable=variable), 2, "2", "Ralston 1962", setting, steps=steps),
        Expected("solver.kutta3", lambda: kutta3(variable=variable), 3, "3", "Kutta 1901", setting, steps=steps),
        Expected("solver.rk4", lambda: rk4(variable=variable), 4, "4", "Kutta 1901", setting, steps=FEW),
    )


SOLVERS = (
    *tables("angle"),
    *tables("flow"),
    *tables("sigma"),
    *tables("log_snr")[2:3],
    Expected(
        "solver.runge_kutta",
        lambda: runge_kutta(variable="sigma"),
        4,
        "4, the last 1",
        "Kutta 1901",
        settings="Kutta's 3/8 rule, variable=sigma",
        steps=FEW,
    ),
    Expected(
        "solver.runge_kutta",
        lambda: runge_kutta(table=RALSTON_3),
        3,
        "3",
        "Ralston 1962",
        settings="Ralston's third-order table",
    ),
    Expected("solver.rf_solver", rf_solver, 2, "2", "arXiv:2411.04746"),
    Expected("solver.dpm_solver_2", dpm_solver_2, 2, "2, the last 1", "arXiv:2206.00927"),
    Expected("solver.dpm_solver_3", dpm_solver_3, 3, "3, the last 1", "arXiv:2206.00927", steps=FEW),
    Expected(
        "solver.dpm_solver_fast",
        dpm_solver_fast,
        2,
        "1",
        "arXiv:2206.00927",
        steps=(384, 768, 1536),
        paper_order=3,
        note="the last groups are of order 2 and 1; up to 100 steps the error still falls at order 3",
    ),
    Expected(
        "solver.edict",
        edict,
        1,
        "2",
        "arXiv:2211.12446",
        reversible=True,
        note="two coupled samples; without mixing the order is seen late",
    ),
    Expected(
        "solver.accelerated_ddim",
        accelerated_ddim,
        2,
        "2, the first and the last 1",
        "arXiv:2403.03852",
        grid="uniform_time",
        steps=(160, 320, 640),
    ),
    Expected("solver.dpmpp_2s", dpmpp_2s, 2, "2, the last 1", "arXiv:2211.01095"),
    Expected("solver.res_2s", res_2s, 2, "2, the last 1", "arXiv:2308.02157"),
    Expected("solver.res_3s", res_3s, 3, "3, the last 1", "Hochbruck & Ostermann 2005", steps=(40, 80, 160)),
)
