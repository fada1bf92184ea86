"""The report of a run: what `run --json` prints and `run.json` holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from graphs.running.events import Built, Cached, Event, Failed, Finished, Noted, Planned, Skipped, Started
from graphs.running.forecast import State


@dataclass
class Report:
    """What became of each node, gathered from the events."""

    header: Mapping[str, JsonValue] = field(default_factory=dict)
    nodes: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    outputs: list[JsonValue] = field(default_factory=list)
    errors: list[JsonValue] = field(default_factory=list)
    notes: list[JsonValue] = field(default_factory=list)
    refused: bool = False
    served: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case Planned(nodes):
                self.served = {node for node, plan in nodes.items() if plan.state is State.CACHED}
                states = {State.CACHED: "cached"}
                self.nodes = {node: {"state": states.get(plan.state, "skipped")} for node, plan in nodes.items()}
            case Started(node):
                self.nodes[node] = {"state": "interrupted"}  # until it is told to be done
            case Noted(text):
                self.notes.append(text)
            case Finished(node, seconds, nfe, launches, _, key, size, besides):
                entry: dict[str, JsonValue] = {"state": "ran", "seconds": round(seconds, 4), "nfe": nfe}
                spent = {name: count for name, count in besides._asdict().items() if count}
                self.nodes[node] = {**entry, "launches": launches, **spent, "bytes": size, "key": key}
            case Cached(node, _, key):
                self.nodes[node] = {"state": "cached", "key": key}
            case Built(node, seconds, key):
                before = "cached" if node in self.served else "ran"
                self.nodes[node] = {"state": before, "built": True, "seconds": round(seconds, 4), "key": key}
            case Skipped(node, because):
                self.nodes[node] = {"state": "skipped", "because": because}
            case Failed(node, message, fault_of_input, inputs, traceback):
                self.refused = self.refused or fault_of_input
                self.nodes[node] = {"state": "failed"}
                error: dict[str, JsonValue] = {"node": node, "message": message, "inputs": dict(inputs)}
                self.errors.append({**error, "traceback": traceback} if traceback else error)

    def add_output(self, node: str, port: str, kind: str, *, path: Path | None = None, value: JsonValue = None) -> None:
        """Note an output, as a file or as a value."""
        entry: dict[str, JsonValue] = {"node": node, "port": port, "type": kind}
        self.outputs.append(
            {**entry, **({"path": str(path)} if path else {}), **({} if value is None else {"value": value})}
        )

    @property
    def nfe(self) -> int:
        """Model rows of all nodes."""
        counts = [entry.get("nfe", 0) for entry in self.nodes.values()]
        return sum(count for count in counts if isinstance(count, int))

    def as_json(self, status: str, seconds: float) -> dict[str, JsonValue]:
        """The whole report."""
        return {
            "status": status,
            **self.header,
            "seconds": round(seconds, 4),
            "nfe": self.nfe,
            "nodes": dict(self.nodes),
            "outputs": self.outputs,
            "errors": self.errors,
            **({"notes": self.notes} if self.notes else {}),
        }
