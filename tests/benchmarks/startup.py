"""How long a person waits at a cold shell: `python -m tests.benchmarks.startup`.

Prints the median and the slowest of several fresh processes, with a catalogue of 200 generated node types.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from graphs.home import examples_folder

TYPES = 200
NODE = '''

@node
def thing_{number}(
    image: Image, *, amount: Fraction = 0.5, scale: Curve = 2.0, seed: Seed = 0, way: Literal["a", "b"] = "a"
) -> Image:
    """A generated node that does nothing.

    Its help has a few lines, as real ones have, with a formula D = a + b.
    """
    return image
'''
HEAD = """from typing import Literal

from graphs import Curve, Fraction, Seed, node
from nodes.contracts.media import Image
"""


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        environment = {**os.environ, "NOISELOOM_HOME": str(here / "home")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        graph = write_graph(here)
        rows = {
            f"check, 20 nodes, {TYPES} types": ["check", str(graph), "--nodes", str(here / "many")],
            f"nodes, {TYPES} types": ["nodes", "--nodes", str(here / "many")],
            "run digits, 16 pictures, 20 steps": ["run", "digits", "--out", str(here / "out")],
        }
        print(f"{'command':36} {'median s':>9} {'slowest s':>9}")
        for name, arguments in rows.items():
            repeats = 3 if arguments[0] == "run" else 9
            times = [seconds(arguments, environment) for _ in range(repeats + 1)][1:]
            print(f"{name:36} {statistics.median(times):9.2f} {max(times):9.2f}", flush=True)


def write_graph(here: Path) -> Path:
    """A folder of generated nodes, and the digits graph with ten of them behind its pictures."""
    many = here / "many"
    many.mkdir()
    ours = 10
    for file in range((TYPES - ours) // 2):
        (many / f"file{file}.py").write_text(HEAD + NODE.format(number=0) + NODE.format(number=1))
    document = json.loads((examples_folder() / "digits.json").read_text())
    source = "pixels"
    for number in range(20 - len(document["nodes"])):
        node = {"type": f"many.file{number}.thing_0", "inputs": {"image": source}, "params": {"amount": 0.25}}
        source = f"thing{number}"
        document["nodes"][source] = node
    path = here / "graph.json"
    path.write_text(json.dumps(document))
    return path


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """One fresh process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "app.command", *arguments], env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
