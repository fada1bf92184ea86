"""A graph that stays open: its plan is kept, operations change it, and only what they touch is worked out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.check import examine
from graphs.checking.parameters import parameter_faults
from graphs.declaration.parameters import Number
from graphs.document.operations import Batch, Decorate, Move, Operation, Reset, SetParameter, Title, apply
from graphs.faults import Fault, GraphError
from graphs.flattening import Flat, FlatNode
from graphs.opening import Opened
from graphs.running.events import Event
from graphs.running.executors import Executor
from graphs.running.forecast import Forecast, NodeState, State, first_forecast, next_forecast, still_holds
from graphs.running.gathering import is_gathering
from graphs.running.keys import settings
from graphs.running.plan import Plan, make_plan
from graphs.running.run import run_forecast
from graphs.signatures import signature_of
from graphs.store.store import Store
from graphs.sweeps import is_sweep


class Retained:
    """A graph, its plan, and what the store had for it last."""

    def __init__(self, opened: Opened, catalogue: Catalogue, store: Store) -> None:
        self.opened, self.catalogue, self.store = opened, catalogue, store
        self.faults: tuple[Fault, ...] = ()
        self._flat: Flat = {}
        self._targets: tuple[str, ...] = ()
        self._plan: Plan | None = None
        self._forecast: Forecast | None = None
        self._dirty: set[int] = set()
        self._known: dict[object, int] | None = None
        """The units by their likeness, once a value was changed."""
        self._examine()

    def apply(self, operation: Operation) -> Operation:
        """Change the graph; the operation that takes it back. `InputError` where it cannot be applied."""
        document, inverse = apply(self.opened.document, operation)
        self.opened = replace(self.opened, document=document)
        if not _shows(operation) and not (isinstance(operation, (SetParameter, Reset)) and self._set(operation)):
            self._examine()
        return inverse

    @property
    def plan(self) -> Plan:
        """The plan; `GraphError` with every fault that stops a run."""
        if self._plan is None:
            errors = tuple(fault for fault in self.faults if fault.severity == "error")
            if errors:
                raise GraphError(errors)
            opened = self.opened
            self._plan = make_plan(self._flat, self._targets, self.catalogue, opened.files, graph=opened.place)
        return self._plan

    def forecast(self) -> Forecast:
        """What will happen to each unit; what nothing has touched since last time is not looked up again."""
        plan, before = self.plan, self._forecast
        if before is None:
            found = first_forecast(plan.compiled, self.store, plan.files, plan.graph)
        else:
            dirty = self._dirty | plan.compiled.restless
            if not dirty and still_holds(before, self.store):
                return before
            found = next_forecast(plan.compiled, self.store, plan.files, plan.graph, before, dirty)
        self._forecast, self._dirty = found, set()
        return found

    def stir(self) -> None:
        """Something else ran or cleared the store: what was not there last time is looked up again."""
        if self._forecast is not None:
            self._dirty |= {number for number, state in enumerate(self._forecast.states) if state is not State.CACHED}

    def states(self) -> dict[str, NodeState]:
        """What will happen to each node."""
        return self.plan.states(self.forecast())

    def run(self, executors: Sequence[Executor], cancelled: Callable[[], bool] = lambda: False) -> Iterator[Event]:
        """Run the graph as it is now; see `run`."""
        found = self.forecast()
        try:
            yield from run_forecast(self.plan, found, self.store, executors, cancelled)
        finally:
            self.stir()

    def _examine(self) -> None:
        found = examine(self.opened, self.catalogue)
        self.faults, self._flat, self._targets = found.faults, found.flat, found.targets
        self._plan = self._forecast = self._known = None
        self._dirty = set()

    def _set(self, operation: SetParameter | Reset) -> bool:
        """Whether a changed value changes one unit and nothing else; then it is exchanged."""
        plan, place = self._plan, operation.id
        old = self._flat.get(place)
        signature = signature_of(old.node.type, self.catalogue) if old is not None else None
        if plan is None or old is None or signature is None or operation.at or self.faults:
            return False
        node = self.opened.document.nodes[place]
        if is_sweep(node.params.get(operation.name)) or is_sweep(old.params.get(operation.name)):
            return False
        knob = signature.parameters.get(operation.name)
        works = knob is not None and isinstance(knob.kind, Number) and knob.kind.work
        if works or any(parameter_faults(place, node, signature, self.opened.files)):
            return False
        self._flat[place] = FlatNode(node, node.params, old.sources)
        number = plan.compiled.numbers.get(place)
        if number is None:  # nobody needs it, or it is there once for each cell of a sweep
            return not any(is_sweep(value) for other in self._flat.values() for value in other.params.values())
        return self._exchange(plan, number, place)

    def _exchange(self, plan: Plan, number: int, place: str) -> bool:
        unit = plan.compiled.units[number]
        if unit.place != place or unit.twins or is_gathering(unit.shape.record.id):
            return False
        params = self._flat[place].params
        changed = unit._replace(params=params, written=settings(unit.shape, params, unit.sources))
        if self._known is None:
            self._known = {other.likeness(): other.number for other in plan.compiled.units}
        if self._known.get(changed.likeness(), number) != number:
            return False
        del self._known[unit.likeness()]
        self._known[changed.likeness()] = number
        units = (*plan.compiled.units[:number], changed, *plan.compiled.units[number + 1 :])
        compiled = replace(plan.compiled, units=units)
        self._plan = replace(plan, compiled=compiled)
        self._dirty.add(number)
        return True


def _shows(operation: Operation) -> bool:
    """Whether an operation changes only how the graph is shown."""
    if isinstance(operation, Batch):
        return all(map(_shows, operation.operations))
    return isinstance(operation, (Move, Decorate, Title))
