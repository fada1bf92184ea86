"""Deterministic multistep solvers."""

from __future__ import annotations

from nodes.solver.deis import deis
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_3m import dpmpp_3m
from nodes.solver.dpmpp_3m_compat import dpmpp_3m_compat
from nodes.solver.euler import euler
from nodes.solver.evodiff import evodiff
from nodes.solver.gradient_estimation import gradient_estimation
from nodes.solver.ipndm import ipndm
from nodes.solver.lms import lms
from nodes.solver.plms import plms
from nodes.solver.res_multistep import res_multistep
from nodes.solver.unic import unic
from nodes.solver.unipc import unipc
from tests.nodes.solver.expected import Expected

DPMPP, UNIPC, DEIS, RES = "arXiv:2211.01095", "arXiv:2302.04867", "arXiv:2204.13902", "arXiv:2308.02157"
PNDM, GRADIENT, EVODIFF = "arXiv:2202.09778", "arXiv:2306.04848", "arXiv:2509.26096"
MIDDLE, LATE = (80, 160, 320), (160, 320, 640)

SOLVERS = (
    Expected("solver.dpmpp_3m", dpmpp_3m, 3, "1", DPMPP, steps=MIDDLE),
    Expected(
        "solver.dpmpp_3m_compat",
        dpmpp_3m_compat,
        2,
        "1",
        f"{DPMPP}, its code",
        steps=MIDDLE,
        paper_order=3,
        note="half of the second difference",
    ),
    Expected("solver.unipc", lambda: unipc(order=1), 2, "1", UNIPC, settings="order=1"),
    Expected("solver.unipc", unipc, 3, "1", UNIPC, settings="order=2"),
    Expected("solver.unipc", lambda: unipc(solver_type="bh1"), 3, "1", UNIPC, settings="order=2, solver_type=bh1"),
    Expected("solver.unipc", lambda: unipc(order=3), 4, "1", UNIPC, settings="order=3", steps=LATE),
    Expected("solver.unipc", lambda: unipc(order=4), 5, "1", UNIPC, settings="order=4", steps=MIDDLE),
    Expected("solver.unic", lambda: unic(euler(), order=1), 2, "1", UNIPC, settings="solver.euler, order=1"),
    Expected("solver.unic", lambda: unic(dpmpp_2m()), 3, "1", UNIPC, settings="solver.dpmpp_2m, order=2"),
    Expected(
        "solver.unic",
        lambda: unic(deis(), order=3),
        4,
        "1",
        UNIPC,
        settings="solver.deis, order=3",
        steps=LATE,
    ),
    Expected("solver.deis", lambda: deis(order=2), 2, "1", DEIS, settings="order=2", steps=MIDDLE),
    Expected("solver.deis", lambda: deis(order=3), 3, "1", DEIS, settings="order=3", steps=MIDDLE),
    Expected(
        "solver.deis",
        lambda: deis(order=4),
        4,
        "1",
        DEIS,
        settings="order=4",
        grid="uniform_time",
        steps=LATE,
    ),
    Expected(
        "solver.deis",
        lambda: deis(order=3, variable="rho"),
        3,
        "1",
        DEIS,
        settings="order=3, variable=rho",
        steps=LATE,
    ),
    Expected(
        "solver.deis",
        lambda: deis(order=2, variable="time"),
        2,
        "1",
        DEIS,
        settings="order=2, variable=time",
        grid="uniform_time",
    ),
    Expected(
        "solver.deis",
        lambda: deis(order=3, variable="time"),
        3,
        "1",
        DEIS,
        settings="order=3, variable=time",
        grid="uniform_time",
        steps=LATE,
    ),
    Expected("solver.lms", lms, 4, "1", DEIS, settings="order=4", grid="karras", steps=LATE),
    Expected("solver.lms", lambda: lms(order=2), 2, "1", DEIS, settings="order=2", steps=MIDDLE),
    Expected("solver.ipndm", ipndm, 2, "1", DEIS, grid="uniform_time", steps=MIDDLE, note="fast until 40 steps"),
    Expected(
        "solver.plms", plms, 2, "1, and 1 more", PNDM, grid="uniform_time", steps=MIDDLE, note="fast until 40 steps"
    ),
    Expected("solver.res_multistep", res_multistep, 2, "1", RES),
    Expected("solver.res_multistep", lambda: res_multistep(order=3), 3, "1", RES, settings="order=3", steps=MIDDLE),
    Expected("solver.gradient_estimation", gradient_estimation, 1, "1", GRADIENT, settings="gamma=2", steps=MIDDLE),
    Expected(
        "solver.gradient_estimation", lambda: gradient_estimation(gamma=1.5), 2, "1", GRADIENT, settings="gamma=1.5"
    ),
    Expected("solver.evodiff", evodiff, 1, "1", EVODIFF, steps=MIDDLE, note="a heuristic for few steps"),
    Expected(
        "solver.evodiff",
        lambda: evodiff(consistent=True),
        2,
        "1",
        EVODIFF,
        settings="consistent=true",
        steps=LATE,
    ),
)
