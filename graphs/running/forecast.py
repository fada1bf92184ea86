"""What will happen to each unit of a compiled graph, as far as the store knows: cached, run and why, or it depends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue

from graphs.declaration.parameters import FilePath
from graphs.estimates import Span
from graphs.files import FileTrouble, Places, find_file
from graphs.folders import FolderError
from graphs.running.compiling import Compiled, Unit
from graphs.running.keys import key_of, recipe
from graphs.store.records import Memory
from graphs.store.store import Store

MOST_NAMED = 3
"""Changed values that a reason names."""

SERVED = "served from the store"
DROPPED = "its result was dropped"
BUILT = "built where it is needed"

_PARTS = {"type": "type", "version": "version", "code": "code", "with": "torch or the device"}
"""The parts of a recipe that are one word, as a reason calls them."""


class State(StrEnum):
    """What a plan says of a node."""

    CACHED = "cached"
    RUN = "run"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class NodeState:
    """What a plan says of a node, and why; `nfe` is what it will ask of models, where that was estimated."""

    state: State
    reason: str = ""
    nfe: Span | None = None


@dataclass(slots=True)
class Forecast:
    """By the number of each unit: its key and the digests of its outputs where they are known, its state and reason."""

    keys: list[str | None]
    digests: list[tuple[str, ...] | None]
    hits: list[bool]
    states: list[State] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    memories: Mapping[str, Memory] = field(default_factory=dict)
    """What was last known of the nodes that may run."""
    answered: Mapping[str, str] = field(default_factory=dict)
    """The keys of what each node of the graph gave last, by place."""
    wanted: list[str] = field(default_factory=list)
    """The contents of the targets, as far as their digests are known."""
    held: set[str] = field(default_factory=set)
    """The contents in the store that the plan counts on."""


def first_forecast(compiled: Compiled, store: Store, files: Places, graph: str) -> Forecast:
    """Look every unit up, without running anything. `graph` names the graph in the store's memory of reasons."""
    count = len(compiled.units)
    found = Forecast([None] * count, [None] * count, [False] * count)
    if graph:
        found.answered = store.foresee(graph)
    return _complete(compiled, found, None, store, files, graph)


def next_forecast(
    compiled: Compiled, store: Store, files: Places, graph: str, before: Forecast, dirty: set[int]
) -> Forecast:
    """The forecast after some units changed; only those and what follows from them is looked up again."""
    found = Forecast(list(before.keys), list(before.digests), list(before.hits))
    found.answered = store.foresee(graph) if graph else {}
    return _complete(compiled, found, dirty, store, files, graph)


def _complete(
    compiled: Compiled, found: Forecast, dirty: set[int] | None, store: Store, files: Places, graph: str
) -> Forecast:
    _look_up(compiled.units, found, dirty, store, files)
    _decide(compiled, found, store)
    _explain(compiled.units, found, store, files, graph)
    return found


def still_holds(found: Forecast, store: Store) -> bool:
    """Whether a forecast by which nothing runs is as good as a new one, if no unit has changed."""
    return not found.reasons and store.are_sound(found.wanted)


def served(compiled: Compiled, found: Forecast, store: Store, files: Places, graph: str) -> list[Memory]:
    """What is to be remembered of units that need not run, and whose result is another than the one before."""
    told = []
    for unit in compiled.units:
        key = found.keys[unit.number]
        if key is None or found.states[unit.number] is not State.CACHED or found.answered.get(unit.place) == key:
            continue
        text = recipe_of(unit, found.digests, store, files)
        told.append(Memory(graph, unit.place, key, text or "", SERVED, time.time()))
    return told


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
    if unit.shape.plain:
        return contents
    return tuple(
        f"{key}.{position}" if behaviour else content
        for position, (behaviour, content) in enumerate(zip(unit.shape.behaviours, contents, strict=True))
    )


def contents_of(unit: Unit, outputs: tuple[str, ...]) -> list[str]:
    """The digests of the outputs that are data."""
    if unit.shape.plain:
        return list(outputs)
    return [digest for digest, behaviour in zip(outputs, unit.shape.behaviours, strict=False) if not behaviour]


def _look_up(units: Iterable[Unit], found: Forecast, dirty: set[int] | None, store: Store, files: Places) -> None:
    """Keys and digests in order, of all units or of the dirty ones and those after them.

    Lookups wait until one of them is needed, so that many go in one statement.
    """
    waiting: dict[int, Unit] = {}
    changed: set[int] = set()
    for unit in units:
        number = unit.number
        if waiting and any(source in waiting for source, _ in unit.needs):
            changed |= _ask(waiting, found, store)
        if dirty is not None and number not in dirty and not any(source in changed for source, _ in unit.needs):
            continue
        text = recipe_of(unit, found.digests, store, files) if unit.steady else None
        found.keys[number] = key_of(text) if text is not None else None
        waiting[number] = unit
    _ask(waiting, found, store)


def _ask(waiting: dict[int, Unit], found: Forecast, store: Store) -> set[int]:
    """Look these units up; those whose digests are others than before."""
    known = store.find(key for number in waiting if (key := found.keys[number]))
    changed = set()
    for number, unit in waiting.items():
        key, before = found.keys[number], found.digests[number]
        action = known.get(key) if key else None
        found.hits[number] = action is not None and len(action.outputs) == len(unit.shape.behaviours)
        if key and action is not None and found.hits[number]:
            found.digests[number] = outputs_of(unit, key, action.outputs)
        elif key and unit.shape.builds:
            found.digests[number] = outputs_of(unit, key, ("",) * len(unit.shape.behaviours))
        else:
            found.digests[number] = None
        if found.digests[number] != before:
            changed.add(number)
    waiting.clear()
    return changed


def _decide(compiled: Compiled, found: Forecast, store: Store) -> None:
    """From the targets back: what is there may have been dropped, and matters only where somebody needs it."""
    units = compiled.units
    found.states = [State.CACHED] * len(units)
    targets = set(compiled.targets.values())
    surely, perhaps = set(targets), set[int]()
    building = {State.RUN: set[int](), State.DEPENDS: set[int]()}
    found.wanted = _contents(units, found, targets)
    sound = store.sound(found.wanted)
    present = sound | store.present(_contents(units, found, _into_the_unknown(units, found)))
    for unit in reversed(units):
        number, outputs = unit.number, found.digests[unit.number]
        wanted = State.RUN if number in surely else State.DEPENDS if number in perhaps else State.CACHED
        if outputs is None:
            sources = unit.needs
            known = found.keys[number] is not None or all(found.digests[source] is not None for source, _ in sources)
            state = wanted = State.RUN if known else State.DEPENDS
        elif wanted is State.CACHED:
            continue
        elif unit.shape.builds:  # built where it is needed, whether or not it was before
            state = State.CACHED if found.hits[number] and number not in targets else wanted
            if found.hits[number]:
                found.reasons[number] = BUILT
        else:
            contents = contents_of(unit, outputs)
            missing = [digest for digest in contents if digest not in (sound if number in targets else present)]
            if missing and (number in targets or len(store.present(missing)) < len(missing)):
                state = wanted
                found.reasons[number] = DROPPED
            else:  # of a unit that gives data and a behaviour, only the behaviour has to be made again
                found.held.update(contents)
                state = wanted = next((state for state, numbers in building.items() if number in numbers), State.CACHED)
                if state is not State.CACHED:
                    found.reasons[number] = BUILT
        found.states[number] = state
        if wanted is not State.CACHED:
            origins = unit.needs
            (surely if wanted is State.RUN else perhaps).update([source for source, _ in origins])
            building[wanted].update(
                [source for source, position in origins if units[source].shape.behaviours[position]]
            )


def _into_the_unknown(units: tuple[Unit, ...], found: Forecast) -> set[int]:
    """The units whose results go into one that has none."""
    return {source for unit in units if found.digests[unit.number] is None for source, _ in unit.needs}


def _contents(units: tuple[Unit, ...], found: Forecast, numbers: Iterable[int]) -> list[str]:
    picked = [(units[number], found.digests[number]) for number in sorted(numbers)]
    return [digest for unit, outputs in picked if outputs is not None for digest in contents_of(unit, outputs)]


def _explain(units: tuple[Unit, ...], found: Forecast, store: Store, files: Places, graph: str) -> None:
    stirred = [unit for unit in units if found.states[unit.number] is not State.CACHED]
    if not stirred:
        return
    memories = found.memories = store.remembered(graph, [unit.place for unit in stirred]) if graph else {}
    for unit in stirred:
        if found.states[unit.number] is State.DEPENDS:
            found.reasons[unit.number] = _cause(unit, units, found)
        elif unit.number not in found.reasons:
            text = recipe_of(unit, found.digests, store, files)
            found.reasons[unit.number] = reason(unit, memories.get(unit.place), text or "")


def _cause(unit: Unit, units: tuple[Unit, ...], found: Forecast) -> str:
    restless = [units[source].place for source, _ in unit.needs if found.states[source] is not State.CACHED]
    return f"after {restless[0]}" if restless else "where it is needed"


def reason(unit: Unit, memory: Memory | None, text: str) -> str:
    """Why a unit runs, by what was last known of it and its recipe now."""
    if not unit.steady:
        return "runs each time"
    if memory is not None and memory.recipe == text:
        return DROPPED
    old, new = _read(memory.recipe if memory is not None else ""), _read(text)
    if old.get("type") != new.get("type"):  # none before, or one of another type under that name
        return "never run"
    named = [
        *(f"{words} changed" for part, words in _PARTS.items() if old.get(part) != new.get(part)),
        *(f"{name} changed" for part in ("params", "files") for name in _differing(old.get(part), new.get(part))),
        *(f"input {name} changed" for name in _differing(old.get("inputs"), new.get("inputs"))),
    ]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return ", ".join(named[:MOST_NAMED]) + more


def _read(text: str) -> dict[str, JsonValue]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _differing(old: JsonValue, new: JsonValue) -> list[str]:
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    return sorted(name for name in before.keys() | after.keys() if _text(before, name) != _text(after, name))


def _text(values: dict[str, JsonValue], name: str) -> str:
    """A value as a recipe has it, where 0.0 and -0.0 are two."""
    return json.dumps(values[name], sort_keys=True) if name in values else ""


def _files(unit: Unit, store: Store, places: Places) -> Mapping[str, str]:
    """The digests of the files that a unit reads; a file that cannot be read is told when it runs."""
    found = {}
    for entry in unit.shape.record.parameters:
        kind = entry.kind
        if not isinstance(kind, FilePath) or entry.name in unit.sources:
            continue
        literal = unit.params.get(entry.name, entry.default)
        if literal is None:
            continue
        path = find_file(literal, (), places, folder=kind.folder)
        found[entry.name] = "none"
        if not isinstance(path, FileTrouble):
            try:
                found[entry.name] = places.digest_of(path, store.file_digest)
            except (OSError, FolderError):
                continue
    return found
