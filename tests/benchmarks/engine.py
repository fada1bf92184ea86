"""What the engine itself costs: `python -m tests.benchmarks.engine [--most 100000]`.

Chains and wide graphs of nodes that do next to nothing: opened from a file, cold and unchanged; and with the plan
retained: unchanged, the first and the last node changed. Each graph is measured in a process of its own; joblib.Memory
(the extra `benchmark`) computes a chain of the same functions beside it.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import importlib
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue

from graphs.document.operations import SetParameter
from graphs.files import Places
from graphs.opening import Opened, open_graph
from graphs.running.events import Event, Started
from graphs.running.executors import Here
from graphs.running.forecast import NodeState
from graphs.running.outputs import Outputs
from graphs.running.plan import plan_opened
from graphs.running.retained import Retained
from graphs.running.run import run
from graphs.store.store import Store
from tests.graphs.toyshop import toys

SHAPES = ("chain", "wide")
SIZES = (10, 100, 1_000, 10_000, 100_000)
COLUMNS = ("cold", "fresh", "retained", "first", "last")


def document(shape: str, size: int) -> str:
    """A graph of so many nodes: each after the one before, or all after the first."""
    nodes: dict[str, JsonValue] = {"n0": {"type": "toys.making.amount"}}
    for number in range(1, size):
        source = f"n{number - 1}" if shape == "chain" else "n0"
        nodes[f"n{number}"] = {"type": "toys.mixing.more", "inputs": {"amount": source}, "params": {"by": number}}
    return json.dumps({"noiseloom": 1, "nodes": nodes})


def written(event: Event) -> int:
    """The bytes of an event as a door would send it: JSON, with digests in place of outputs."""
    fields = {entry.name: getattr(event, entry.name) for entry in dataclasses.fields(event)}
    return len(json.dumps({"event": type(event).__name__, **fields}, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Outputs):
        return dict(zip(value.ports, value.names, strict=True))
    if isinstance(value, NodeState):
        return {"state": value.state, "reason": value.reason}
    return repr(value)


def measure(shape: str, size: int) -> dict[str, float]:
    """Seconds of each kind of run, nodes that ran, bytes of events, and the most memory in MiB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["NOISELOOM_HOME"] = name
        path = folder / "graph.json"
        path.write_text(document(shape, size))
        found: dict[str, float] = {}

        def timed(column: str, work: Callable[[], list[Event]]) -> None:
            began = time.perf_counter()
            told = work()
            found[column] = time.perf_counter() - began
            found[f"{column} ran"] = sum(isinstance(event, Started) for event in told)
            found[f"{column} bytes"] = sum(map(written, told))

        def fresh() -> list[Event]:
            with Store(folder / "store") as store:
                plan = plan_opened(open_graph(str(path), toys()), toys())
                return list(run(plan, store, [Here(plan.catalogue)]))

        gc.set_threshold(100_000, 50, 50)  # as the command does
        path.write_text(document(shape, 2))
        fresh()  # what is imported is not the engine's time
        path.write_text(document(shape, size))
        timed("cold", fresh)
        timed("fresh", fresh)
        with Store(folder / "store") as store:
            opened = open_graph(str(path), toys())
            retained = Retained(Opened(opened.document, Places(folder), place=str(path.resolve())), toys(), store)
            here = [Here(toys())]
            list(retained.run(here))
            timed("retained", lambda: list(retained.run(here)))
            for column, node, parameter in (("first", "n0", "value"), ("last", f"n{size - 1}", "by")):

                def changed(node: str = node, parameter: str = parameter) -> list[Event]:
                    retained.apply(SetParameter(id=node, name=parameter, value=0.5))
                    return list(retained.run(here))

                timed(column, changed)
        found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return found


def _in_a_process(shape: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.engine", "--one", shape, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def peer(size: int) -> dict[str, float]:
    """Seconds that joblib's `Memory`, which keeps results of functions by their arguments, takes for such a chain."""
    try:
        joblib = importlib.import_module("joblib")
    except ImportError:
        return {}
    with tempfile.TemporaryDirectory() as name:
        more: Callable[[float, float], float] = joblib.Memory(name, verbose=0).cache(_more)
        found = {}
        for column in ("cold", "unchanged"):
            value, began = 1.0, time.perf_counter()
            for number in range(1, size):
                value = more(value, float(number))
            found[column] = time.perf_counter() - began
        return found


def _more(amount: float, by: float) -> float:
    return amount + by


def _startup() -> dict[str, float]:
    """Seconds of `noiseloom run digits` in a new process: for the first time, and from the store."""
    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "NOISELOOM_HOME": name}
        command = [sys.executable, "-m", "app.command", "run", "digits", "--out", f"{name}/out"]
        found = {}
        for column in ("first run", "from the store", "from the store again"):
            began = time.perf_counter()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            found[column] = time.perf_counter() - began
        return found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--one", nargs=2, metavar=("SHAPE", "SIZE"))
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]))))
        return
    print(f"{'':16}" + "".join(f"{column + ' ms':>14} {'ran':>6}" for column in COLUMNS) + "  events kB    MiB")
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for shape in SHAPES:
        for size in (size for size in SIZES if size <= arguments.most):
            found = rows[shape, size] = _in_a_process(shape, size)
            times = "".join(f"{1e3 * found[c]:14.1f} {int(found[c + ' ran']):6d}" for c in COLUMNS)
            print(f"{shape:6} {size:8d} {times}{found['cold bytes'] / 1e3:11.1f}{found['memory']:7.0f}", flush=True)
    for shape in SHAPES:
        if (shape, 100_000) in rows:
            grown = {c: rows[shape, 100_000][c] / rows[shape, 1_000][c] for c in COLUMNS}
            exponents = ", ".join(f"{column} {math.log10(ratio) / 2:.2f}" for column, ratio in grown.items())
            print(f"growth of {shape} from 1,000 to 100,000, exponent: {exponents}")
    told = [f"{column} {1e3 * seconds:.1f} ms" for column, seconds in peer(1_000).items()]
    print(f"joblib.Memory, a chain of 1,000: {', '.join(told) or 'not installed (the extra `benchmark`)'}")
    for column, seconds in _startup().items():
        print(f"noiseloom run digits, {column}: {seconds:.2f} s")


if __name__ == "__main__":
    main()
