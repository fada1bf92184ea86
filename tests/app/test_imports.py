"""What a command imports: looking at a graph needs neither torch nor any node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import json, sys
from app.command import main
sys.argv = ["noiseloom", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)))
"""


def imported(home: Path, *arguments: str) -> list[str]:
    """The modules that a command has imported at its end, in a process of its own."""
    environment = {**os.environ, "NOISELOOM_HOME": str(home)}
    command = [sys.executable, "-c", CODE, json.dumps(arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(done.stdout.splitlines()[-1])
    return modules


@pytest.mark.parametrize("arguments", [("check", "digits"), ("nodes",), ("nodes", "guidance.cfg"), ("schema",)])
def test_looking_imports_neither_torch_nor_nodes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    imported(tmp_path, "nodes")  # brings the index up to date
    modules = imported(tmp_path, *arguments)
    assert not [name for name in modules if name.split(".")[0] in ("torch", "nodes", "numpy", "networkx", "PIL")]
    assert len(modules) < 620


def test_a_run_that_is_served_from_the_store_imports_neither_torch_nor_nodes(tmp_path: Path) -> None:
    few = ("--set", "noise.count=1", "--set", "karras.num_inference_steps=1", "--out", str(tmp_path / "out"))
    imported(tmp_path, "run", "digits", *few)
    modules = imported(tmp_path, "run", "digits", *few)
    assert not [name for name in modules if name.split(".")[0] in ("torch", "nodes", "numpy", "PIL")]
    assert len(modules) < 800
    assert (tmp_path / "out" / "sheet.png").read_bytes() == (tmp_path / "out" / "sheet-2.png").read_bytes()


def test_one_changed_file_is_imported_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("first", "second"):
        (mine / f"{name}.py").write_text("from graphs.declaration.node import node\n")
    imported(tmp_path, "nodes", "--nodes", str(mine))
    (mine / "second.py").write_text("from graphs import node\n")
    modules = imported(tmp_path, "nodes", "--nodes", str(mine))
    assert [name for name in modules if "mine." in name] == ["noiseloom_own_mine.second"]
