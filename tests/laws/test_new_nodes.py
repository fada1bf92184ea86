"""A new method is one new file: dropped into a copy of the project, it is found, and every law is about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.subjects import FOLDERS, read_nodes

ROOT = Path(__file__).parents[2]
SOLVER = '''
"""A straight step."""

from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State


@node(cost=Estimate(calls=lambda steps: steps), abilities=abilities())
def straight() -> Solver:
    """x' = α' x0 + σ' ε. Cost: one model call a step. Source: Somebody 2026."""
    return Straight()


class Straight(Solver):
    """The method of `straight`."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """Along ε."""
        state, x0 = look(model, state, s_next, ctx)
        return state.reached(place(x0, eps_of(state.x, x0, state.s), s_next), s_next)
'''
GUIDANCE = '''
"""Nothing at all."""

from graphs import Estimate, abilities, node
from nodes.contracts.model import Model


@node(cost=lambda known: Estimate(each=known.input("model").each), abilities=abilities(like="model"))
def nothing(model: Model) -> Model:
    """D = D. Cost: none. Source: Somebody 2026."""
    return model
'''


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The tests of the laws in a copy of the project with two more files."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("nodes", "graphs", "app", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "nodes" / "solver" / "straight.py").write_text(SOLVER)
    (copy / "nodes" / "guidance" / "nothing.py").write_text(GUIDANCE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/laws", "--collect-only", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "NOISELOOM_HOME": str(copy / "home")},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.splitlines()


def laws_of(node: str, collected: list[str]) -> set[str]:
    """The tests that are about a node as it is by default."""
    return {line.partition("[")[0] for line in collected if line.endswith(f"[{node}]")}


def test_a_new_solver_is_under_the_laws_of_solvers(collected: list[str]) -> None:
    laws = laws_of("solver.straight", collected)
    assert laws == laws_of("solver.heun", collected)
    assert len(laws) > 15


def test_a_new_guidance_is_under_the_laws_of_guidance(collected: list[str]) -> None:
    of_another = {law for law in laws_of("guidance.cfg", collected) if "null_setting" not in law}
    laws = laws_of("guidance.nothing", collected)
    assert laws == of_another, "all laws but that of a null setting, which it has not"
    assert len(laws) > 10


def test_the_laws_may_be_tried_on_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "nothing.py").write_text(GUIDANCE)
    monkeypatch.setenv(FOLDERS, str(tmp_path / "mine"))
    assert "mine.nothing.nothing" in read_nodes().nodes
