"""`noiseloom store`: what is kept, why a node ran, and what may go."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from graphs.errors import InputError
from graphs.naming import listing, suggestion
from graphs.store.damage import is_damage
from graphs.store.disk import Disk, NewerStoreError, erase
from graphs.store.records import Action, Memory
from graphs.store.store import DISK_LIMIT, store_folder

MOST_EXPLAINED = 3
"""Nodes of one name that are explained at the most."""

SHORT = 12
"""Characters of a digest that are shown."""


def show_size() -> dict[str, str]:
    """Where the store lies and how much it holds."""
    with _disk() as disk:
        size, pins = disk.size(), disk.pins()
    pinned = f"{len(pins)} results of {', '.join(sorted(set(pins.values())))}" if pins else "none"
    return {
        "folder": str(store_folder()),
        "results": f"{size.contents} of {size.actions} actions",
        "size": f"{readable(size.bytes)} of at most {readable(DISK_LIMIT)}",
        "pinned": pinned,
    }


def clear(*, everything: bool) -> str:
    """Let results go: all that is not pinned, or the whole folder, whatever is in it."""
    if everything:
        erase(store_folder())
        return f"removed all that Noiseloom kept in {store_folder()}"
    with _disk() as disk:
        gone = disk.clear()
        kept = disk.size().contents
    return f"removed: {gone} results" + (f"; kept, for they are pinned: {kept}" if kept else "")


def verify() -> str:
    """Read everything again; take out what is damaged."""
    with _disk() as disk:
        found = disk.verify()
    text = f"{found.good} results are sound"
    text += f", {found.damaged} were damaged and are removed" if found.damaged else ""
    return text + (f", {found.strays} files belonged to nothing and are removed" if found.strays else "")


def why(node: str) -> str:
    """What a node gave last, and what made it run; of the graph that was run last, and of so many of its cells."""
    with _disk() as disk:
        memories = _recall(disk, node)
        blocks = ["\n".join(_explained(disk, memory)) for memory in memories[:MOST_EXPLAINED]]
    more = len(memories) - MOST_EXPLAINED
    return "\n\n".join([*blocks, *([f"and {more} more: other cells, or other graphs with such a node"] * (more > 0))])


def pin(node: str) -> str:
    """Keep what a node gave last, all its cells, whatever else is let go."""
    with _disk() as disk:
        memories = _recall(disk, node)
        first = memories[0]
        cells = [m for m in memories if m.graph == first.graph and m.node.split("[")[0] == first.node.split("[")[0]]
        found = {memory: contents for memory in cells if (contents := _contents(disk, memory))}
        if not found:
            raise InputError(f"no result of '{first.node}' is kept", where="store pin", mend="run the graph again")
        for memory, contents in found.items():
            disk.pin(memory.node, contents)
    lines = [f"pinned {memory.node} in {memory.graph} (key {_brief(memory.key)})" for memory in found]
    return "\n".join(lines)


def _contents(disk: Disk, memory: Memory) -> list[str]:
    """The contents that a node gave; none where one of them is gone."""
    action = disk.find([memory.key]).get(memory.key)
    contents = [digest for digest in (action.outputs if action else ()) if digest]
    return contents if len(disk.present(contents)) == len(set(contents)) else []


def unpin(node: str) -> str:
    """Let a pinned result be treated as any other."""
    with _disk() as disk:
        if not disk.unpin(node):
            pinned = sorted(set(disk.pins().values()))
            mend = suggestion(node, pinned)
            raise InputError(f"'{node}' is not pinned", where="store unpin", allowed=listing(pinned), mend=mend)
    return f"unpinned {node}"


def readable(count: float) -> str:
    """Bytes, for a person."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":  # noqa: PLR2004
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError


@contextmanager
def _disk() -> Iterator[Disk]:
    folder = store_folder()
    try:
        with contextlib.closing(Disk(folder)) as disk:
            if disk.set_aside:
                typer.echo("note: the index of the store was damaged and is begun anew", err=True)
            yield disk
    except NewerStoreError as error:
        mend = "update Noiseloom; or let all results go with noiseloom store clear --all"
        raise InputError("the store cannot be used", where=str(folder), given=str(error), mend=mend) from error
    except (sqlite3.Error, OSError) as error:
        mend = "name a folder that can be written with NOISELOOM_HOME, or look at this one"
        if is_damage(error):
            mend = "run any graph: it begins the index anew"
        raise InputError("the store cannot be used", where=str(folder), given=str(error), mend=mend) from error


def _recall(disk: Disk, node: str) -> list[Memory]:
    found = disk.recall(node)
    if not found:
        known = disk.nodes_remembered()
        mend = suggestion(node, known) or "run a graph with that node first"
        raise InputError(f"nothing is known of a node '{node}'", where="store", allowed=listing(known), mend=mend)
    return found


def _explained(disk: Disk, memory: Memory) -> list[str]:
    action = disk.find([memory.key]).get(memory.key)
    at = dt.datetime.fromtimestamp(memory.at, tz=dt.UTC).astimezone()
    recipe = json.loads(memory.recipe)
    values = [f"    {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in recipe["params"].items()]
    inputs = [f"    {port} ← {', '.join(map(_brief, found))}" for port, found in recipe["inputs"].items()]
    files = [f"    {name}: content {_brief(found)}" for name, found in recipe.get("files", {}).items()]
    return [
        f"{memory.node} in {memory.graph}",
        f"  ran {at:%Y-%m-%d %H:%M:%S}: {memory.reason or 'never run'}",
        f"  its result: {_kept(disk, action)}",
        f"  key {_brief(memory.key)}, made of",
        f"    {recipe['type']} version {recipe['version']}, code {_brief(recipe['code'])}, {recipe['with']}",
        *values,
        *inputs,
        *files,
    ]


def _kept(disk: Disk, action: Action | None) -> str:
    if action is None:
        return "forgotten; it runs again when it is needed"
    contents = [digest for digest in action.outputs if digest]
    spent = f"{action.seconds:.2f} s" + (f", {action.nfe} NFE" if action.nfe else "")
    if not contents:
        return f"a behaviour, built in {spent} wherever it is needed"
    state = "kept" if len(disk.present(contents)) == len(set(contents)) else "dropped; it runs again when it is needed"
    return f"{state} (took {spent}; {', '.join(map(_brief, contents))})"


def _brief(digest: str) -> str:
    return digest if len(digest) <= SHORT else f"{digest[:SHORT]}…"
