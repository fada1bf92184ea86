"""A plan: what a run would compute, in which order, and what it can take from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.check import require_sound
from graphs.checking.whole import upstream
from graphs.estimates import Span
from graphs.files import Places
from graphs.flattening import Flat
from graphs.opening import Opened
from graphs.running.compiling import Compiled, compile_graph
from graphs.running.estimating import estimates
from graphs.running.expanding import expand
from graphs.running.forecast import Forecast, NodeState, State, first_forecast
from graphs.store.store import Store

SERVED = NodeState(State.CACHED)


@dataclass(frozen=True)
class Plan:
    """A compiled graph with what it takes to run it. `graph` is its name in the store's memory of reasons."""

    compiled: Compiled
    catalogue: Catalogue
    files: Places
    graph: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """The nodes whose results a person gets."""
        return tuple(self.compiled.targets)

    def forecast(self, store: Store) -> Forecast:
        """What will happen to each unit as the store is now."""
        return first_forecast(self.compiled, store, self.files, self.graph)

    def states(self, state: Forecast, *, costs: bool = False) -> dict[str, NodeState]:
        """What will happen to each node, in order; twins say whose result they share.

        With `costs` the NFE of what may run is estimated, which imports the modules of the nodes.
        """
        nfe = self.costs(state) if costs else {}
        found: dict[str, NodeState] = {}
        for unit in self.compiled.units:
            number, own = unit.number, SERVED
            if state.states[number] is not State.CACHED:
                own = NodeState(state.states[number], state.reasons.get(number, ""), nfe.get(number))
            found[unit.place] = own
            for twin in unit.twins:
                found[twin] = own if own is SERVED else NodeState(own.state, f"the same as {unit.place}")
        return found

    def costs(self, state: Forecast) -> dict[int, Span]:
        """The NFE of each unit that may run; of one that depends, from 0 on."""
        stirred = {number for number, found in enumerate(state.states) if found is not State.CACHED}
        found = estimates(self.compiled, self.catalogue, stirred)
        surely = {number for number in stirred if state.states[number] is State.RUN}
        return {
            number: estimate.nfe if number in surely else Span(0, estimate.nfe.high)
            for number, estimate in found.items()
        }


def make_plan(
    flat: Flat,
    wanted: Sequence[str],
    catalogue: Catalogue,
    files: Places,
    *,
    graph: str = "",
    device: str | None = None,
) -> Plan:
    """The plan of what is wanted of a graph without faults; `device` where results may depend on it (strict mode)."""
    expanded = expand(flat, wanted, upstream(flat, list(wanted)), catalogue)
    compiled = compile_graph(expanded.flat, expanded.targets, expanded.catalogue, device)
    return Plan(compiled, expanded.catalogue, files, graph)


def plan_opened(opened: Opened, catalogue: Catalogue, *, only: Sequence[str] = (), device: str | None = None) -> Plan:
    """The plan of a graph as it was opened; `only` names nodes to have in place of the targets.

    `GraphError` with every fault that stops a run.
    """
    sound = require_sound(opened, catalogue, only)
    return make_plan(sound.flat, sound.targets, catalogue, opened.files, graph=opened.place, device=device)
