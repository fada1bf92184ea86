"""The house: which way imports point, what stands at the top, and that README and CI say the same."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FRONT_END = ROOT / "app" / "frontend"
ALLOWED = {"graphs": {"graphs"}, "nodes": {"graphs", "nodes"}, "app": {"app", "graphs", "nodes"}}
"""Whom each package may import of the project's own."""
READ = (".py", ".md", ".json", ".ts", ".vue", ".css")
"""What is searched for unfinished marks."""


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


def test_the_lock_file_and_all_else_name_no_package_registry() -> None:
    lock = json.loads((FRONT_END / "package-lock.json").read_text())
    assert lock["packages"]
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    hosts = ["registry" + ".npmjs", "registry" + ".yarnpkg", "files" + ".pythonhosted", "pypi" + ".org/simple"]
    patterns = [argument for host in hosts for argument in ("-e", host)]
    found = subprocess.run(["git", "grep", "-lF", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_the_front_end_is_compiled_for_the_vue_that_nicegui_serves() -> None:
    """Vue's compiler and the page's Vue must agree; pin `vue` anew whenever NiceGUI brings another."""
    import nicegui

    served = Path(nicegui.__file__).parent / "static" / "vue.esm-browser.prod.js"
    version = re.search(r"vue v(\S+)", served.read_text()[:200])
    assert version
    assert json.loads((FRONT_END / "package.json").read_text())["devDependencies"]["vue"] == version[1]


def test_ci_runs_the_very_command_that_the_readme_gives() -> None:
    readme = (ROOT / "README.md").read_text()
    command = next(line for line in readme.splitlines() if "python -m tests" in line and "pip install" in line)
    assert command.strip() in (ROOT / ".ci" / "run").read_text()


def test_rooms_are_small() -> None:
    sizes = sorted(path.read_text().count("\n") for package in ALLOWED for path in (ROOT / package).rglob("*.py"))
    assert sizes[-1] <= 500
    assert sizes[len(sizes) // 2] <= 100


def test_rooms_of_the_front_end_are_small_and_typed() -> None:
    escape = re.compile(r"(:|\bas|<)\s*any\b|@ts-(ignore|nocheck|expect-error)")
    files = [path for path in (FRONT_END / "src").rglob("*") if path.suffix in (".ts", ".vue")]
    assert files
    assert not {str(path) for path in files if path.read_text().count("\n") > 300 or escape.search(path.read_text())}


def test_no_unfinished_marks_and_no_absolute_machine_paths() -> None:
    unwanted = re.compile(r"\b(TODO|FIXME|XXX)\b|/(work|root|tmp)/")
    for package in (*ALLOWED, "assets"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in READ and path.name != "index.json" and not {"node_modules", "dist"} & {*path.parts}:
                assert not unwanted.search(path.read_text()), path


def test_starting_the_command_imports_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "networkx", "PIL", "nodes", "nicegui", "fastapi")
    code = f"import sys, app.command; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
