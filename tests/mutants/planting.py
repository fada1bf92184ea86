"""Mutants in copies of the project: each planted by itself, and the tests that must find it run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutant import ROOT, Mutant

COPIED = ("app", "assets", "graphs", "nodes", "tests", "hatch_build.py", "pyproject.toml", "README.md", "LICENSE")
FOUND, PASSED = 1, 0
"""What pytest exits with when a test failed, and when none did."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: "killed", "survived", or why the tests could not say."""

    mutant: Mutant
    verdict: str
    seconds: float
    by: str = ""


@contextmanager
def copies(count: int) -> Iterator[list[Path]]:
    """So many copies of the project, for as long as they are needed."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        made = [Path(folder) / str(number) for number in range(count)]
        for copy in made:
            copy.mkdir()
            for name in COPIED:
                source = ROOT / name
                if source.is_dir():
                    shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
                elif source.exists():
                    shutil.copy(source, copy / name)
        yield made


def run_tests(copy: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run these tests of a copy until one fails. No bytecode is kept: it would outlive the source that it is of."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "NOISELOOM_HOME": str(copy / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def try_mutant(mutant: Mutant, copy: Path) -> Outcome:
    """Plant it in a copy, run its tests there, and take it out again."""
    trouble = mutant.problem(copy)
    if trouble:
        return Outcome(mutant, trouble, 0.0)
    begun = time.monotonic()
    before = mutant.plant(copy)
    try:
        done = run_tests(copy, mutant.tests)
    finally:
        (copy / mutant.file).write_text(before)
    verdicts = {FOUND: "killed", PASSED: "survived"}
    verdict = verdicts.get(done.returncode, f"the tests did not run: {done.stdout[-300:]}")
    return Outcome(mutant, verdict, time.monotonic() - begun, _first_failure(done.stdout))


def try_all(mutants: Sequence[Mutant], side_by_side: int) -> Iterator[Outcome]:
    """Every mutant, so many at a time, in the order of the list."""
    free: SimpleQueue[Path] = SimpleQueue()

    def one(mutant: Mutant) -> Outcome:
        copy = free.get()
        try:
            return try_mutant(mutant, copy)
        finally:
            free.put(copy)

    with copies(side_by_side) as made, ThreadPoolExecutor(side_by_side) as pool:
        for copy in made:
            free.put(copy)
        yield from pool.map(one, mutants)


def _first_failure(output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0].split(" - ")[0].partition(" ")[2] if lines else ""
