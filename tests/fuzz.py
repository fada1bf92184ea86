"""A long fuzz: `python -m tests.fuzz --minutes 10 [--seed N] [--real]`.

Mutated graphs, random documents and texts with flipped bytes go through reader, upgrade, defaults and check. Nothing
but a fault may come of them: anything else is saved as a reproducer and ends the command with status 1.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.declaration.records import NodeType
from graphs.errors import InputError
from graphs.faults import Code
from graphs.home import examples_folder
from tests.graphs.checking.broken import CHECKED, READ, UPGRADED
from tests.graphs.checking.test_check import FINE, nested
from tests.graphs.mutations import flip, mutate
from tests.graphs.toyshop import outcome, toys

AMOUNT: JsonValue = {"type": "toys.making.amount"}


@dataclass
class Tally:
    """How many texts were tried, and how often each code was reached."""

    texts: int = 0
    clean: int = 0
    codes: Counter[Code] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def report(self) -> str:
        """A table of all of it."""
        seconds = time.monotonic() - self.began
        rows = [f"{code:<20}{self.codes[code]:>10}" for code in sorted(Code, key=lambda code: -self.codes[code])]
        never = ", ".join(code for code in Code if not self.codes[code]) or "none"
        speed = f"{self.texts} texts in {seconds:.0f} s, {self.texts / max(seconds, 1e-9):.0f} a second"
        return "\n".join([*rows, f"never reached: {never}", f"without a fault: {self.clean}", speed])


def starting_points(catalogue: Catalogue) -> list[JsonValue]:
    """Graphs to begin from: whole ones, one for each fault, and the examples."""
    nodes: list[JsonValue] = [FINE, {"amount": AMOUNT, "deep": nested(6)}, *CHECKED.values()]
    nodes += [{"n": node} for node in UPGRADED.values()]
    graphs: list[JsonValue] = [{"noiseloom": 1, "nodes": entry} for entry in nodes]
    graphs += [json.loads(path.read_text()) for path in sorted(examples_folder().glob("*.json"))]
    lonely: list[JsonValue] = [{"noiseloom": 1, "nodes": {"n": {"type": name}}} for name in catalogue.nodes]
    return graphs + lonely


def random_graph(catalogue: Catalogue, source: random.Random) -> JsonValue:
    """Nodes of any type, wired by name to any others; sometimes inside one another."""
    records = list(catalogue.nodes.values())
    names = [f"n{index}" for index in range(source.randrange(1, 12))]
    nodes: dict[str, JsonValue] = {name: _random_node(source.choice(records), names, source) for name in names}
    while source.randrange(3) == 0:
        inner: JsonValue = {
            "nodes": nodes,
            "inputs": {"in": _targets(nodes, source)},
            "outputs": {"out": source.choice(names)},
        }
        nodes = {
            "n0": {"type": "graph", "graph": inner},
            "n1": _random_node(source.choice(records), ["n0", "n1"], source),
        }
    return {"noiseloom": 1, "nodes": nodes}


def _random_node(record: NodeType, names: list[str], source: random.Random) -> JsonValue:
    inputs: dict[str, JsonValue] = {}
    for port in record.inputs:
        wires = [source.choice(names) for _ in range(source.randrange(1, 3))]
        inputs[port.name] = list(wires) if port.many else wires[0]
    kept = [parameter for parameter in record.parameters if source.randrange(2)]
    params = {parameter.name: parameter.default for parameter in kept}
    return {"type": record.id, "version": record.version, "inputs": inputs, "params": params}


def _targets(nodes: dict[str, JsonValue], source: random.Random) -> list[JsonValue]:
    name = source.choice(sorted(nodes))
    return [f"{name}.{port}" for port in source.sample(["left", "amount", "weight", "basket", "in", "seed"], 2)]


def next_text(points: list[JsonValue], catalogue: Catalogue, source: random.Random) -> bytes:
    """One more text to try."""
    raw = random_graph(catalogue, source) if source.randrange(3) == 0 else source.choice(points)
    for _ in range(source.choice([0, 1, 1, 2, 4, 9])):
        raw = mutate(raw, source)
    text = json.dumps(raw, ensure_ascii=bool(source.randrange(2))).encode("utf-8", "surrogatepass")
    if source.randrange(20) == 0:
        text = source.choice(list(READ.values())).encode("utf-8", "surrogatepass")
    if source.randrange(4) == 0:
        for _ in range(source.choice([1, 1, 2, 5])):
            text = flip(text, source)
    return text


def fuzz(seconds: float, source: random.Random, catalogue: Catalogue, tally: Tally) -> bytes | None:
    """Try texts for so long; the first that raises what it may not."""
    points = starting_points(catalogue)
    while time.monotonic() - tally.began < seconds:
        text = next_text(points, catalogue, source)
        tally.texts += 1
        try:
            found = outcome(text, catalogue)
        except InputError:
            continue
        except Exception:  # noqa: BLE001 - it is what the fuzz looks for
            traceback.print_exc()
            return text
        tally.codes.update(fault.code for fault in found)
        tally.clean += not found
    return None


def main() -> int:
    """Fuzz, print the table, and save what crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Look for texts that crash the check.")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--real", action="store_true", help="use the nodes that are installed, not the toys")
    parser.add_argument(
        "--save", type=Path, default=Path("fuzz-reproducer.json"), help="where a text that crashes goes"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    tally = Tally()
    source = random.Random(options.seed)  # noqa: S311 - repeatable, not secret
    crashed = fuzz(60 * options.minutes, source, read_catalogue() if options.real else toys(), tally)
    print(tally.report())
    if crashed is None:
        return 0
    options.save.write_bytes(crashed)
    print(f"a text that crashes is saved as {options.save}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
