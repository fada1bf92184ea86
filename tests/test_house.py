"""The house: which way imports point, what stands at the top, and that README and CI say the same."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {"graphs": {"graphs"}, "nodes": {"graphs", "nodes"}, "app": {"app", "graphs", "nodes"}}
"""Whom each package may import of the project's own."""


def own_imports(path: Path) -> set[str]:
    """The project's packages that a file imports."""
    found = set()
    for step in ast.walk(ast.parse(path.read_bytes())):
        names = [step.module or ""] if isinstance(step, ast.ImportFrom) else []
        names += [alias.name for alias in step.names] if isinstance(step, ast.Import) else []
        found |= {name.split(".")[0] for name in names}
    return found & {*ALLOWED, "tests"}


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_point_one_way(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    wrong = {str(path): found for path in files if (found := own_imports(path) - ALLOWED[package])}
    assert not wrong


def test_the_top_level_folders_are_these_five() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    folders = {line.split("/")[0] for line in tracked if "/" in line and not line.startswith(".")}
    assert folders == {"app", "assets", "graphs", "nodes", "tests"}


def test_ci_runs_the_very_command_that_the_readme_gives() -> None:
    readme = (ROOT / "README.md").read_text()
    command = next(line for line in readme.splitlines() if "python -m tests" in line and "pip install" in line)
    assert command.strip() in (ROOT / ".ci" / "run").read_text()


def test_rooms_are_small() -> None:
    sizes = sorted(path.read_text().count("\n") for package in ALLOWED for path in (ROOT / package).rglob("*.py"))
    assert sizes[-1] <= 500
    assert sizes[len(sizes) // 2] <= 100


def test_no_unfinished_marks_and_no_absolute_machine_paths() -> None:
    unwanted = re.compile(r"\b(TODO|FIXME|XXX)\b|/(work|root|tmp)/")
    for package in (*ALLOWED, "assets"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in (".py", ".md", ".json") and path.name != "index.json":
                assert not unwanted.search(path.read_text()), path


def test_starting_the_command_imports_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "networkx", "PIL", "nodes")
    code = f"import sys, app.command; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
