"""What will happen to each unit of a compiled graph, as far as the store knows: cached, run and why, or it depends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue

from graphs.files import FileTrouble, Places, find_file
from graphs.running.compiling import Compiled, Unit
from graphs.running.keys import key_of, recipe
from graphs.store.records import Memory
from graphs.store.store import Store

MOST_NAMED = 3
"""Changed values that a reason names."""


class State(StrEnum):
    """What a plan says of a node."""

    CACHED = "cached"
    RUN = "run"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class NodeState:
    """What a plan says of a node, and why."""

    state: State
    reason: str = ""


@dataclass(slots=True)
class Forecast:
    """By the number of each unit: its key and the digests of its outputs where they are known, its state and reason."""

    keys: list[str | None]
    digests: list[tuple[str, ...] | None]
    hits: list[bool]
    states: list[State] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    """The contents in the store that the plan counts on."""


def forecast(compiled: Compiled, store: Store, files: Places, graph: str) -> Forecast:
    """Look every unit up, without running anything. `graph` names the graph in the store's memory of reasons."""
    count = len(compiled.units)
    found = Forecast([None] * count, [None] * count, [False] * count)
    if graph:
        store.foresee(graph)
    _look_up(compiled.units, found, store, files)
    _decide(compiled, found, store)
    _explain(compiled.units, found, store, files, graph)
    return found


def recipe_of(unit: Unit, digests: list[tuple[str, ...] | None], store: Store, files: Places) -> str | None:
    """The recipe of a unit; None while an input is not known."""
    inputs: dict[str, list[str]] = {}
    for port, origins in unit.sources.items():
        inputs[port] = []
        for number, position in origins:
            known = digests[number]
            if known is None:
                return None
            inputs[port].append(known[position])
    read = _files(unit, store, files) if unit.shape.files else {}
    return recipe(unit.shape, unit.written, inputs, read)


def outputs_of(unit: Unit, key: str, contents: tuple[str, ...]) -> tuple[str, ...]:
    """What stands for each output: the digest of data, for a behaviour its recipe."""
    if not any(unit.shape.behaviours):
        return contents
    return tuple(
        f"{key}.{position}" if behaviour else content
        for position, (behaviour, content) in enumerate(zip(unit.shape.behaviours, contents, strict=True))
    )


def is_steady(unit: Unit) -> bool:
    """Whether equal recipes give equal results: not where the type says no, or where a wire names the file to read."""
    return unit.shape.record.pure and not any(name in unit.sources for name in unit.shape.files)


def contents_of(unit: Unit, outputs: tuple[str, ...]) -> list[str]:
    """The digests of the outputs that are data."""
    return [digest for digest, behaviour in zip(outputs, unit.shape.behaviours, strict=True) if not behaviour]


def _look_up(units: Iterable[Unit], found: Forecast, store: Store, files: Places) -> None:
    """Keys and digests in order. Lookups wait until one of them is needed, so that many go in one statement."""
    waiting: dict[int, Unit] = {}
    for unit in units:
        if waiting and any(number in waiting for number, _ in unit.origins()):
            _ask(waiting, found, store)
        text = recipe_of(unit, found.digests, store, files) if is_steady(unit) else None
        if text is None:
            continue
        key = found.keys[unit.number] = key_of(text)
        if unit.shape.builds:
            found.digests[unit.number] = outputs_of(unit, key, ("",) * len(unit.shape.behaviours))
        waiting[unit.number] = unit
    _ask(waiting, found, store)


def _ask(waiting: dict[int, Unit], found: Forecast, store: Store) -> None:
    known = store.find(key for number in waiting if (key := found.keys[number]))
    for number, unit in waiting.items():
        key = found.keys[number]
        action = known.get(key) if key else None
        if key and action is not None and len(action.outputs) == len(unit.shape.behaviours):
            found.digests[number] = outputs_of(unit, key, action.outputs)
            found.hits[number] = True
    waiting.clear()


def _decide(compiled: Compiled, found: Forecast, store: Store) -> None:
    """From the targets back: what is there may have been dropped, and matters only where somebody needs it."""
    units = compiled.units
    found.states = [State.CACHED] * len(units)
    needs = _Needs(set(compiled.targets.values()), set())
    present = store.present(_candidates(compiled, found))
    for unit in reversed(units):
        number, outputs = unit.number, found.digests[unit.number]
        wanted, perhaps = number in needs.surely, number in needs.perhaps
        if unit.shape.builds and outputs is not None:
            state = State.RUN if wanted else State.DEPENDS if perhaps else State.CACHED
            found.states[number] = State.CACHED if found.hits[number] else state  # built where needed, all the same
        elif outputs is None:
            known = found.keys[number] is not None or not is_steady(unit)
            inputs_known = all(found.digests[source] is not None for source, _ in unit.origins())
            state = found.states[number] = State.RUN if known and inputs_known else State.DEPENDS
        elif wanted or perhaps:
            contents = contents_of(unit, outputs)
            missing = [digest for digest in contents if digest not in present]
            if missing and len(store.present(missing)) < len(missing):
                state = found.states[number] = State.RUN if wanted else State.DEPENDS
            else:
                found.held.update(contents)
                state = State.RUN if not all(_data(unit)) and wanted else State.CACHED
        else:
            continue
        if state is not State.CACHED:
            (needs.surely if state is State.RUN else needs.perhaps).update(source for source, _ in unit.origins())


@dataclass(slots=True)
class _Needs:
    surely: set[int]
    perhaps: set[int]


def _data(unit: Unit) -> list[bool]:
    return [not behaviour for behaviour in unit.shape.behaviours]


def _candidates(compiled: Compiled, found: Forecast) -> list[str]:
    """The contents that are most likely needed: of targets, and of what goes into a unit without a result."""
    numbers = set(compiled.targets.values())
    for unit in compiled.units:
        if found.digests[unit.number] is None:
            numbers.update(source for source, _ in unit.origins())
    picked = [(compiled.units[number], found.digests[number]) for number in sorted(numbers)]
    return [digest for unit, outputs in picked if outputs is not None for digest in contents_of(unit, outputs)]


def _explain(units: tuple[Unit, ...], found: Forecast, store: Store, files: Places, graph: str) -> None:
    stirred = [unit for unit in units if found.states[unit.number] is not State.CACHED]
    if not stirred:
        return
    memories = store.remembered(graph, [unit.place for unit in stirred]) if graph else {}
    for unit in stirred:
        if found.states[unit.number] is State.DEPENDS:
            found.reasons[unit.number] = _cause(unit, units, found)
        else:
            text = recipe_of(unit, found.digests, store, files)
            found.reasons[unit.number] = reason(unit, memories.get(unit.place), text or "")


def _cause(unit: Unit, units: tuple[Unit, ...], found: Forecast) -> str:
    restless = [units[source].place for source, _ in unit.origins() if found.states[source] is not State.CACHED]
    return f"after {restless[0]}" if restless else "where it is needed"


def reason(unit: Unit, memory: Memory | None, text: str) -> str:
    """Why a unit runs, by what was last known of it and its recipe now."""
    if not is_steady(unit):
        return "runs each time"
    if memory is None:
        return "never run"
    if memory.recipe == text:
        return "its result was dropped"
    old, new = _read(memory.recipe), _read(text)
    named = [
        *(f"{part} changed" for part in ("type", "version", "code", "with") if old.get(part) != new.get(part)),
        *(f"{name} changed" for part in ("params", "files") for name in _differing(old.get(part), new.get(part))),
        *(f"input {name} changed" for name in _differing(old.get("inputs"), new.get("inputs"))),
    ]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return (", ".join(named[:MOST_NAMED]) + more).replace("with changed", "torch or the device changed")


def _read(text: str) -> dict[str, JsonValue]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _differing(old: JsonValue, new: JsonValue) -> list[str]:
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _files(unit: Unit, store: Store, places: Places) -> Mapping[str, str]:
    """The digests of the files that a unit reads; a file that cannot be read is told when it runs."""
    found = {}
    for entry in unit.shape.record.parameters:
        if entry.name not in unit.shape.files or entry.name in unit.sources:
            continue
        literal = unit.params.get(entry.name, entry.default)
        if literal is None:
            continue
        path = find_file(literal, (), places)
        found[entry.name] = "none"
        if not isinstance(path, FileTrouble):
            try:
                found[entry.name] = store.file_digest(path)
            except OSError:
                continue
    return found
