"""A lock is one process's at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.editor.documents.locking import Lock
from graphs.errors import InputError

HOLD = """
import pathlib, sys
from app.editor.documents.locking import Lock
lock = Lock(pathlib.Path(sys.argv[1]), "it")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_once_and_free_when_it_is_let_go(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock", "graph")
    with pytest.raises(InputError, match="graph: the graph is open in another editor"):
        Lock(tmp_path / "lock", "graph")
    lock.release()
    Lock(tmp_path / "lock", "graph").release()


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another editor"):
            Lock(path, "graph")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        Lock(path, "graph").release()
    assert path.exists()
