"""A person's own folder of nodes, for the tests of the index."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VALUES = '''
"""Types."""
from graphs import data

@data(colour="#123456")
class Pebble:
    """A pebble."""

    weight: float
'''

STONES = '''
"""Nodes."""
from graphs import node
from .values import Pebble

@node
def stone(*, weight: float = 1.0) -> Pebble:
    """A stone."""
    return Pebble(weight)
'''

OTHER = '''
"""A node that needs nobody."""
from graphs import data, node

@data(colour="#654321")
class Leaf:
    """A leaf."""

    colour: str

@node(output=True)
def leaf(*, colour: str = "green") -> Leaf:
    """A leaf."""
    return Leaf(colour)
'''

READ = """
import sys
from pathlib import Path
from graphs.catalogue.catalogue import read_catalogue
catalogue = read_catalogue([Path(sys.argv[1])])
loaded = sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith("noiseloom_own_mine."))
print(" ".join(loaded), "|", " ".join(name for name in catalogue.nodes if name.startswith("mine.")))
"""


def make_folder(parent: Path) -> Path:
    """A folder of three files: types, nodes that use them, and another."""
    folder = parent / "mine"
    folder.mkdir()
    for name, text in (("values", VALUES), ("stones", STONES), ("other", OTHER)):
        (folder / f"{name}.py").write_text(text)
    return folder


def read_anew(folder: Path, home: Path) -> tuple[list[str], list[str]]:
    """In a new process: the files of the folder that reading the catalogue imports, and the nodes that it finds."""
    environment = {**os.environ, "NOISELOOM_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder)], capture_output=True, text=True, check=True, env=environment
    )
    loaded, _, found = done.stdout.partition("|")
    return loaded.split(), found.split()
