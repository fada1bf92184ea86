"""A graph of small and large contents and behaviours, run on stores that something happened to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from graphs.document.model import Document
from graphs.parts import encode, parts_of
from graphs.running.events import Cached, Event, Failed, Finished, Noted, Started
from graphs.running.run import run_forecast
from graphs.store.disk import mark_of
from graphs.store.store import Store
from tests.graphs.running.runs import Runs, amount, planned
from tests.graphs.toys.values import Amount
from tests.graphs.toyshop import graph, toy

Bytes = dict[str, dict[str, bytes]]
"""The contents of targets by node and port."""


def mixture(value: float = 1.0) -> Document:
    """Large and small contents, behaviours, and targets; `value` changes only the last nodes of some branches."""
    nodes = {
        "one": amount(2),
        "pile": toy("working.pile", amount="one"),
        "halves": toy("mixing.split", basket="pile"),
        "machine": toy("making.machine", gain="halves.high"),
        "twice": toy("mixing.twice", machine="machine"),
        "tail": toy("mixing.more", amount="halves.low", params={"by": value}),
        "end": toy("mixing.apply", machine="twice", amount="tail"),
        "large": toy("working.pile", amount="end"),
        "last": toy("showing.show", basket="large"),
        "same": toy("showing.show", basket="pile", params={"caption": str(value)}),
        "both": toy("mixing.gather", parts=["end", "halves.low"]),
        "shown": toy("showing.show", basket="both"),
    }
    return graph(**nodes)


def outcome(
    runs: Runs, document: Document, store: Store, between: Callable[[], object] = lambda: None
) -> tuple[Bytes, list[Event]]:
    """What the targets are in bytes and all that was told; `between` happens after the plan and before the run."""
    plan = planned(document)
    forecast = plan.forecast(store)
    between()
    found: Bytes = {}
    told: list[Event] = []
    for event in run_forecast(plan, forecast, store, runs.executors(plan.catalogue), lambda: False):
        told.append(event)
        if isinstance(event, (Finished, Cached)) and event.node in plan.targets:
            assert list(event.outputs) == list(event.outputs.ports)
            found[event.node] = {port: encode(parts) for port, _, parts in event.outputs.contents()}
            assert found[event.node] == {port: encode(parts_of(value)) for port, value in event.outputs.items()}
    return found, told


def ran(told: list[Event]) -> list[str]:
    """The nodes that were computed; that none failed."""
    assert not [event for event in told if isinstance(event, Failed)], told
    return [event.node for event in told if isinstance(event, Started)]


def notes(told: list[Event]) -> list[str]:
    """What a person was told besides."""
    return [event.text for event in told if isinstance(event, Noted)]


def fresh(value: float = 1.0) -> Bytes:
    """The targets of a run that nothing happened to."""
    return outcome(Runs(), mixture(value), Store())[0]


def blobs(folder: Path) -> list[Path]:
    """The files of large contents."""
    return sorted((folder / "blobs").glob("*/*.safetensors"))


def _as_folder(path: Path) -> None:
    path.unlink()
    (path / "inner").mkdir(parents=True)


def _changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


FOREIGN = encode(parts_of(Amount(3.0)))
"""A sound content of something else."""

FILES: dict[str, Callable[[Path], object]] = {
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-5]),
    "one byte changed": lambda path: path.write_bytes(_changed(path.read_bytes())),
    "foreign": lambda path: path.write_bytes(FOREIGN),
    "a text": lambda path: path.write_text(json.dumps({"__metadata__": {}})),
    "a folder": _as_folder,
    "deleted": Path.unlink,
}
"""What may happen to a file of a store."""

ROWS = {
    "emptied": "UPDATE contents SET body = x'' WHERE body IS NOT NULL",
    "cut": "UPDATE contents SET body = substr(body, 1, length(body) - 5) WHERE body IS NOT NULL",
    "one byte changed": "UPDATE contents SET body = CAST(replace(body, '2', '3') AS BLOB) WHERE body IS NOT NULL",
    "foreign": f"UPDATE contents SET body = x'{FOREIGN.hex()}' WHERE body IS NOT NULL",  # noqa: S608 - a constant
    "a text": "UPDATE contents SET body = 'a text' WHERE body IS NOT NULL",
    "a folder": "UPDATE contents SET body = NULL",
    "deleted": "DELETE FROM contents",
}
"""What may happen to the small contents."""

ACTIONS = {
    "one too many": "UPDATE actions SET outputs = outputs || ',' || outputs",
    "one too few": "UPDATE actions SET outputs = substr(outputs, 1, 64) WHERE outputs LIKE '%,%'",
    "none": "UPDATE actions SET outputs = ''",
    "nothing": "UPDATE actions SET outputs = 'nothing'",
    "of others": "UPDATE actions SET outputs = (SELECT outputs FROM actions WHERE outputs NOT IN ('', ',') LIMIT 1)",
    "not text": "UPDATE actions SET outputs = x'00ff'",
}
"""What may happen to what is known of nodes."""


def change_rows(folder: Path, statement: str) -> None:
    """Change the index of a store from outside."""
    with closing(sqlite3.connect(folder / "index.sqlite", isolation_level=None)) as index:
        assert index.execute(statement).rowcount > 0


def miscount(folder: Path, more: bool) -> None:
    """Let every row of a node with two outputs name three or one, as if it had been written so."""
    with closing(sqlite3.connect(folder / "index.sqlite", isolation_level=None)) as index:
        rows = index.execute("SELECT key, outputs FROM actions WHERE outputs LIKE '%,%'").fetchall()
        assert rows
        for key, outputs in rows:
            wrong = f"{outputs},{outputs[:64]}" if more else outputs[:64]
            index.execute("UPDATE actions SET outputs = ?, mark = ? WHERE key = ?", (wrong, mark_of(key, wrong), key))


def damage(folder: Path, kind: str) -> None:
    """Let the same happen to every content of a store."""
    found = blobs(folder)
    assert found
    for path in found:
        FILES[kind](path)
    change_rows(folder, ROWS[kind])
