"""The scheduler: what has no result is computed as soon as what it needs is there, on whichever executor is free."""

from __future__ import annotations

import heapq
import multiprocessing.connection
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from graphs.parts import Parts, parts_of, value_of
from graphs.running.compiling import Unit
from graphs.running.context import Cancelled
from graphs.running.dependencies import Dependencies
from graphs.running.events import (
    Advanced,
    Built,
    Cached,
    Event,
    Failed,
    Finished,
    Noted,
    Previewed,
    Skipped,
    Started,
)
from graphs.running.executors import Executor
from graphs.running.forecast import SERVED, Forecast, State, contents_of, outputs_of, reason, recipe_of
from graphs.running.keys import key_of
from graphs.running.outputs import GoneError, Outputs
from graphs.running.plan import Plan
from graphs.running.tasks import Broken, Done, Saved, Shown, Stepped, Task, Told
from graphs.store.records import Action, Memory
from graphs.store.store import Store, halfway

LISTENING = 0.2
"""Seconds after which a run that waits for other processes looks whether it was cancelled."""


@dataclass(slots=True)
class _Lane:
    """An executor and the units that it has to compute, the last one first: each is needed for the one before it."""

    executor: Executor
    jobs: list[int] = field(default_factory=list)
    again: set[int] = field(default_factory=set)
    """What was computed again for the first job, because its result was gone."""
    busy: bool = False
    began: float = 0.0


class Scheduler:
    """One run of a plan."""

    def __init__(
        self, plan: Plan, forecast: Forecast, store: Store, executors: Sequence[Executor], cancelled: Callable[[], bool]
    ) -> None:
        self.plan, self.store, self.cancelled = plan, store, cancelled
        self.units = plan.compiled.units
        self.states, self.reasons, self.hits = forecast.states, forecast.reasons, forecast.hits
        self.keys, self.names = forecast.keys, forecast.digests
        self.lanes = [_Lane(executor) for executor in executors]
        self.before, self.answered = forecast.memories, forecast.answered
        self.memories: list[Memory] = []
        self.recipes: dict[int, str] = {}
        self.halfway: set[int] = set()
        self.made: set[str] = set()
        self.ready: list[int] = []
        self.told: deque[Event] = deque()
        self.shown: Counter[str] = Counter()
        self.targets: dict[int, list[str]] = {}
        for place, number in plan.compiled.targets.items():
            self.targets.setdefault(number, []).append(place)
        self.dependencies = Dependencies(self.units, self.states, self.names)

    def events(self) -> Iterator[Event]:
        """Everything that happens, up to the end."""
        try:
            yield from self._events()
        finally:
            self._cut_short()

    def _events(self) -> Iterator[Event]:
        yield from self._served()
        self._begin()
        while True:
            busy = self._assign()
            yield from self._drain()
            if not busy:
                return
            if self.cancelled():
                raise Cancelled("the run was cancelled")
            for lane in self._speaking():
                told = lane.executor.listen()
                if told is not None:
                    self._hear(lane, told)
                    yield from self._drain()

    def _cut_short(self) -> None:
        """A node that did not come to its end may have written to what it was given: no data in memory is trusted.

        Another process finds out by itself.
        """
        for lane in self.lanes:
            if lane.busy and lane.executor.connection is None:
                lane.executor.stop()
                for unit, names in zip(self.units, self.names, strict=True):
                    lane.executor.drop(contents_of(unit, names or ()))

    def _served(self) -> Iterator[Event]:
        """The targets that are there already; one that is damaged since the plan was made is made again."""
        for number, places in self.targets.items():
            if self.states[number] is not State.CACHED:
                continue
            unit = self.units[number]
            contents = contents_of(unit, self.names[number] or ())
            if not self.store.are_sound(contents):
                self.states[number] = State.RUN
                self.dependencies.stir(number)
                continue
            outputs, key = self._outputs(unit), self.keys[number] or ""
            yield from (Cached(place, outputs, key) for place in places)

    def _begin(self) -> None:
        for unit in self.units:
            number = unit.number
            if self.states[number] is State.CACHED:
                self.dependencies.known.add(number)
            elif self.names[number] is None:
                if self.dependencies.is_free(number):
                    self._resolve(number)
            elif self.states[number] is State.RUN and (not unit.shape.builds or number in self.targets):
                heapq.heappush(self.ready, number)
            else:  # made where somebody turns out to need it
                self.dependencies.known.add(number)

    def _drain(self) -> Iterator[Event]:
        while self.told:
            event = self.told.popleft()
            yield event
            if isinstance(event, (Finished, Cached)):
                self._drop_target(event)

    def _speaking(self) -> list[_Lane]:
        """The lanes that have something to tell now."""
        if len(self.lanes) == 1 and self.lanes[0].executor.connection is None:
            return self.lanes
        busy = [lane for lane in self.lanes if lane.busy]
        wires = {lane.executor.connection: lane for lane in busy if lane.executor.connection is not None}
        if not wires:
            return busy
        here = [lane for lane in busy if lane.executor.connection is None]
        waiting = multiprocessing.connection.wait(list(wires), 0 if here else LISTENING)
        return here + [lane for wire, lane in wires.items() if wire in waiting]

    def _resolve(self, start: int) -> None:
        """All that comes into a unit is known: find its result or queue it, and so on for what waited for it."""
        waiting = deque([start])
        while waiting:
            number = waiting.popleft()
            if number in self.dependencies.lost or number in self.dependencies.known:
                continue
            if self._find(self.units[number]):
                waiting.extend(self.dependencies.learn(number))
            else:
                heapq.heappush(self.ready, number)

    def _find(self, unit: Unit) -> bool:
        """Whether the result of a unit has a name without computing it."""
        number = unit.number
        if not unit.steady:
            return False
        key = self.keys[number]
        if key is None:
            text = self.recipes[number] = self._recipe(unit)
            key = self.keys[number] = key_of(text)
        if unit.shape.builds:
            self.names[number] = outputs_of(unit, key, ("",) * len(unit.shape.behaviours))
            if number in self.targets:
                heapq.heappush(self.ready, number)
            return True
        action = self.store.find([key]).get(key) if self.states[number] is State.DEPENDS else None
        if action is None or len(action.outputs) != len(unit.shape.behaviours):
            return False
        names = outputs_of(unit, key, action.outputs)
        if number in self.targets and not self.store.are_sound(contents_of(unit, names)):
            return False
        self.names[number] = names
        self._tell_cached(unit)
        self._release(number)
        return True

    def _recipe(self, unit: Unit) -> str:
        return recipe_of(unit, self.names, self.store, self.plan.files) or ""

    def _assign(self) -> bool:
        """Give every free lane something to do; whether any has."""
        for lane in self.lanes:
            while not lane.busy and (lane.jobs or self.ready):
                if not lane.jobs:
                    number = heapq.heappop(self.ready)
                    if number in self.dependencies.lost or self._made(self.units[number]):
                        continue
                    lane.jobs, lane.again = [number], set()
                self._prepare(lane)
        return any(lane.busy for lane in self.lanes)

    def _made(self, unit: Unit) -> bool:
        """Whether a unit with the same key was computed in the meantime; then this one has its result."""
        key = self.keys[unit.number]
        action = self.store.find([key]).get(key) if key in self.made and key is not None else None
        if action is None or self.names[unit.number] is not None:
            return False
        names = self.names[unit.number] = outputs_of(unit, key or "", action.outputs)
        if len(self.store.present(contents_of(unit, names))) < len(set(contents_of(unit, names))):
            self.names[unit.number] = None
            return False
        self._tell_cached(unit)
        self._release(unit.number)
        for user in self.dependencies.learn(unit.number):
            self._resolve(user)
        return True

    def _prepare(self, lane: _Lane) -> None:
        """Hand the lane what its last job needs and submit it, or put what is missing before it."""
        unit = self.units[lane.jobs[-1]]
        missing = next((origin for origin in unit.needs if not self._hand(lane, *origin)), None)
        if missing is None:
            self._submit(lane, unit)
        elif missing[0] in lane.again and not self.units[missing[0]].shape.builds:
            message = f"the result of {self.units[missing[0]].place} was made again and is gone again"
            self._fail(lane, Broken(f"{message}; is there room in memory or in the store?", fault_of_input=False))
        else:
            lane.again.add(missing[0])
            lane.jobs.append(missing[0])

    def _hand(self, lane: _Lane, number: int, position: int) -> bool:
        """Whether the lane has this output now."""
        name = self._name(number, position)
        if lane.executor.holds(name):
            return True
        parts = None if self.units[number].shape.behaviours[position] else self.store.get(name)
        if parts is None:
            return False
        lane.executor.give(name, parts)
        return True

    def _name(self, number: int, position: int) -> str:
        names = self.names[number]
        if names is None:
            raise GoneError(f"{self.units[number].place} has no result yet")
        return names[position]

    def _submit(self, lane: _Lane, unit: Unit) -> None:
        inputs = {
            port: tuple([self._name(number, position) for number, position in origins])
            for port, origins in unit.sources.items()
        }
        expected = self.names[unit.number]
        if expected is None:  # what has no key is named for this run alone
            own = self.keys[unit.number] or f"{unit.place}~{time.time_ns()}"
            expected = outputs_of(unit, own, ("",) * len(unit.shape.behaviours))
        kept = self._kept(lane, unit)
        task = Task(unit.place, unit.shape.record.id, unit.params, inputs, expected, self.plan.files, kept)
        self.told.append(Started(unit.place))
        lane.busy, lane.began = True, time.monotonic()
        lane.executor.submit(task, self.cancelled)

    def _kept(self, lane: _Lane, unit: Unit) -> str:
        """The name of what an earlier run has kept of this unit, now in the lane's hands; nothing if there is none."""
        key = self.keys[unit.number]
        if key is None or not unit.shape.record.run or unit.shape.builds:
            return ""
        action = self.store.find([halfway(key)]).get(halfway(key))
        parts = self.store.get(action.outputs[0]) if action is not None else None
        if action is None or parts is None:
            return ""
        self.halfway.add(unit.number)
        self.told.append(Noted(f"{unit.place} goes on from where an earlier run was cut short"))
        lane.executor.give(action.outputs[0], parts)
        return action.outputs[0]

    def _hear(self, lane: _Lane, told: Told) -> None:
        place = self.units[lane.jobs[-1]].place
        match told:
            case Stepped(step, total):
                spent = time.monotonic() - lane.began
                left = spent / step * (total - step) if step > 0 else None
                self.told.append(Advanced(place, step, total, left))
            case Shown(value):
                self.told.append(Previewed(place, value))
            case Saved(parts):
                key = self.keys[lane.jobs[-1]]
                if key is not None:
                    self.halfway.add(lane.jobs[-1])
                    self.store.keep_halfway(key, parts, time.monotonic() - lane.began)
            case Done():
                lane.busy = False
                self._finish(self.units[lane.jobs.pop()], told)
            case Broken():
                lane.busy = False
                self._fail(lane, told)

    def _finish(self, unit: Unit, done: Done) -> None:
        number = unit.number
        key = self.keys[number]
        known = self.names[number]
        names = tuple([name for name, _ in done.outputs])
        contents = [(name, parts) for name, parts in done.outputs if parts is not None]
        if key is None or not unit.steady:
            self.store.hold(contents)
        else:
            kept = tuple(["" if parts is None else name for name, parts in done.outputs])
            if number in self.halfway:
                self.store.drop_halfway(key)
            self.made.add(key)
            self.store.keep(Action(key, kept, done.seconds, done.nfe, done.launches), contents)
            if not self.hits[number] or self.answered.get(unit.place) != key:
                self._remember(unit, key)
        if unit.shape.builds and number not in self.targets:
            self.told.append(Built(unit.place, done.seconds, key or ""))
        else:
            outputs = Outputs(unit.shape.ports, names, self)
            size = sum([parts.size for _, parts in contents])
            finished = Finished(
                unit.place, done.seconds, done.nfe, done.launches, outputs, key or "", size, done.besides
            )
            self.told.append(finished)
            self.told.extend(Cached(twin, outputs, key or "") for twin in unit.twins)
            self._show(unit, names)
        if known is None:
            self.names[number] = names
            for user in self.dependencies.learn(number):
                self._resolve(user)
        self.dependencies.known.add(number)
        self._release(number)

    def _remember(self, unit: Unit, key: str) -> None:
        recipe = self.recipes.pop(unit.number, None) or self._recipe(unit)
        because = self.reasons.get(unit.number, "")
        if self.states[unit.number] is State.DEPENDS:
            because = reason(unit, self.before.get(unit.place), recipe)
        self.memories.append(Memory(self.plan.graph, unit.place, key, recipe, because, time.time()))

    def _fail(self, lane: _Lane, broken: Broken) -> None:
        """A node failed: what needs it is skipped."""
        unit = self.units[lane.jobs[-1]]
        message, inputs = broken.message, broken.inputs
        self.told.append(Failed(unit.place, message, broken.fault_of_input, inputs, broken.traceback))
        lost, lane.jobs = self.dependencies.lose(lane.jobs), []
        for number in lost:
            other = self.units[number]
            places = other.twins if number == unit.number else (other.place, *other.twins)
            self.told.extend(Skipped(place, unit.place) for place in places)
            self._release(number)

    def _release(self, number: int) -> None:
        """A unit needs its inputs no more; what nobody needs is dropped."""
        for source in self.dependencies.release(number):
            self._drop(source)

    def _drop(self, number: int) -> None:
        names = [name for name in self.names[number] or () if name not in self.shown]
        for lane in self.lanes:
            lane.executor.drop(names)

    def _show(self, unit: Unit, names: tuple[str, ...]) -> None:
        """What a person may look at stays until then, though a unit that nobody needs gave an equal content."""
        if unit.number in self.targets:
            self.shown.update(names * (1 + len(unit.twins)))

    def _drop_target(self, event: Finished | Cached) -> None:
        """After a person had the chance to look at it."""
        number = self.plan.compiled.numbers.get(event.node)
        if number is None or number not in self.targets:
            return
        self.shown -= Counter(event.outputs.names)
        if not self.dependencies.is_needed(number):
            self._drop(number)

    def _tell_cached(self, unit: Unit) -> None:
        outputs, key = self._outputs(unit), self.keys[unit.number] or ""
        recipe = self.recipes.pop(unit.number, None)
        if self.answered.get(unit.place) != key:
            text = recipe or self._recipe(unit)
            self.memories.append(Memory(self.plan.graph, unit.place, key, text, SERVED, time.time()))
        self._show(unit, outputs.names)
        self.told.extend(Cached(place, outputs, key) for place in (unit.place, *unit.twins))

    def _outputs(self, unit: Unit) -> Outputs:
        return Outputs(unit.shape.ports, self.names[unit.number] or (), self)

    def content(self, name: str) -> Parts | None:
        """A content by its name, from the store or from whoever has it; None for a behaviour."""
        parts = self.store.get(name)
        return parts if parts is not None or "." in name else parts_of(self.read(name))

    def read(self, name: str) -> object:
        """A value by its name, from whoever has it; `GoneError` where nobody does."""
        for lane in self.lanes:
            if lane.executor.holds(name):
                try:
                    return lane.executor.value(name)
                except KeyError:
                    continue
        parts = self.store.get(name)
        if parts is None:
            raise GoneError("this result is no longer there; run the graph again")
        return value_of(parts, self.plan.catalogue.value_class)
