"""A process that is killed at any moment leaves a store that the next run can use."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from graphs.running.events import Started
from graphs.store.blobs import UNDER_WAY
from graphs.store.disk import Disk
from graphs.store.store import Store
from tests.graphs.store.sharing import branches, results

COUNT = 6
NODES = 4 * COUNT + 1
MOST = {"event": 2 * NODES, "before a file": COUNT // 2, "after a file": COUNT // 2, "statement": 4 * NODES}
"""How many steps of a kind a run has at least."""


def moments() -> list[tuple[str, int]]:
    """Fifty moments to be killed at, of each kind."""
    draw = random.Random(9)  # noqa: S311 - repeatable, not secret
    kinds = ["event"] * 18 + ["statement"] * 24 + ["before a file", "after a file"] * 4
    return [(kind, draw.randint(1, MOST[kind])) for kind in kinds]


def killed(folder: Path, kind: str, after: int) -> set[str]:
    """Run in a process of its own that is killed at a moment; the nodes that it said were finished."""
    command = [sys.executable, "-m", "tests.graphs.store.sharing", str(folder), str(COUNT), kind, str(after)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return set(done.stdout.split())


def healed(folder: Path, finished: set[str], expected: dict[str, str]) -> int:
    """What a run after the kill gives and verify finds; how many nodes it had to compute."""
    with closing(Disk(folder)) as disk:
        assert disk.verify().damaged == 0
    with Store(folder) as store:
        assert store.take_notes() == []
        found, told = results(branches(COUNT), store)
    assert found == expected
    computed = {event.node for event in told if isinstance(event, Started)}
    assert not computed & finished
    for path in (folder / "blobs").glob("*/*"):
        before = path.stat().st_mtime - UNDER_WAY - 1
        os.utime(path, (before, before))
    with closing(Disk(folder)) as disk:
        verified = disk.verify()
        assert verified.damaged == 0
        assert verified.good >= COUNT
        assert verified.strays <= 1
        assert disk.verify().strays == 0
    return len(computed)


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    return results(branches(COUNT), Store())[0]


def test_a_kill_at_any_moment_costs_only_what_was_not_finished(tmp_path: Path, expected: dict[str, str]) -> None:
    def one(number: int, kind: str, after: int) -> int:
        folder = tmp_path / str(number)
        return healed(folder, killed(folder, kind, after), expected)

    with ThreadPoolExecutor(2) as pool:
        computed = list(pool.map(lambda given: one(given[0], *given[1]), enumerate(moments())))
    assert len(computed) == 50
    assert len(set(computed)) > 10


def test_a_store_that_is_killed_again_and_again_gets_there(tmp_path: Path, expected: dict[str, str]) -> None:
    finished: set[str] = set()
    for after in (8, 9, 10):
        more = killed(tmp_path, "event", after)
        assert more
        assert not more & finished
        finished |= more
    assert healed(tmp_path, finished, expected) == NODES - len(finished)
