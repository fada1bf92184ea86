"""What the engine says of a document before anything runs: faults and states at once, NFE when the nodes are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from app.editor.engine.changes import value_changes
from app.editor.engine.folding import folded_states, node_of
from app.editor.engine.messages import Show, Told
from app.editor.engine.opening import open_document
from app.planning import bounds, total
from graphs.catalogue.catalogue import Catalogue
from graphs.errors import InputError, place_of
from graphs.faults import Fault, GraphError
from graphs.opening import Opened
from graphs.running.forecast import Forecast
from graphs.running.plan import Plan
from graphs.running.retained import Retained
from graphs.store.store import Store


@dataclass(frozen=True, slots=True)
class Costing:
    """A plan whose NFE is still to be estimated, and what is told of it so far."""

    told: Told
    plan: Plan
    forecast: Forecast

    @property
    def types(self) -> tuple[str, ...]:
        """The types of the nodes that the plan needs."""
        return tuple(sorted({unit.shape.record.id for unit in self.plan.compiled.units}))


class Planner:
    """Keeps the graph of each open document, and says what would run."""

    def __init__(self, catalogue: Catalogue, store: Store, readable: tuple[Path, ...]) -> None:
        self.catalogue, self.store, self.readable = catalogue, store, readable
        self._shown: dict[str, Show] = {}
        self._retained: dict[str, Retained] = {}

    def show(self, show: Show) -> tuple[Told, Costing | None]:
        """The plan of a document as it is now, without NFE; and what it takes to estimate that."""
        self._shown[show.document_id] = show
        try:
            return self._planned(show)
        except Exception as error:  # noqa: BLE001 - whatever it is, other documents are planned all the same
            self._retained.pop(show.document_id, None)
            return unplanned(show, f"{type(error).__name__}: {error}{place_of(error)}"), None

    def _planned(self, show: Show) -> tuple[Told, Costing | None]:
        head = _head(show)
        try:
            opened = open_document(show.document, show.place, self.catalogue, self.readable)
        except GraphError as error:
            self._retained.pop(show.document_id, None)
            return _refused(head, error.faults), None
        retained = self._current(show.document_id, opened)
        head |= {"faults": fault_list(retained.faults), "notes": [*opened.notes, *self.store.take_notes()]}
        try:
            states = retained.states()
        except GraphError:
            return {**head, "states": {}, "nfe": None, "targets": []}, None
        except InputError as error:
            return {**head, **unplanned(show, str(error)), "notes": head["notes"]}, None
        targets = list(dict.fromkeys(node_of(place) for place in retained.plan.targets))
        told: Told = {**head, "states": folded_states(states), "nfe": None, "targets": [*targets]}
        return told, Costing(told, retained.plan, retained.forecast())

    def again(self, document: str) -> tuple[Told, Costing | None] | None:
        """The plan after a run; nothing where nobody looks at the document any more."""
        show, retained = self._shown.get(document), self._retained.get(document)
        if show is None:
            return None
        if retained is not None:
            retained.stir()
        return self.show(show)

    def forget(self, document: str) -> None:
        """Nobody looks at the document any more."""
        self._shown.pop(document, None)
        self._retained.pop(document, None)

    def _current(self, document: str, opened: Opened) -> Retained:
        """The retained graph, brought to what was opened."""
        known = self._retained.get(document)
        if known is not None and (known.opened.files, known.opened.faults) == (opened.files, opened.faults):
            changes = value_changes(known.opened.document, opened.document)
            if changes is not None:
                for change in changes:
                    known.apply(change)
                return known
        made = self._retained[document] = Retained(opened, self.catalogue, self.store)
        return made


def costed(costing: Costing) -> Told:
    """The plan with NFE; imports the modules of the nodes."""
    states = costing.plan.states(costing.forecast, costs=True)
    return {**costing.told, "states": folded_states(states), "nfe": bounds(total(states.values()))}


def fault_list(faults: Sequence[Fault]) -> list[JsonValue]:
    """Faults as JSON."""
    return [fault.model_dump(mode="json", exclude_defaults=True) for fault in faults]


def unplanned(show: Show, text: str) -> Told:
    """The plan of a document that cannot be planned, for a reason that no fault has."""
    return {**_refused(_head(show), ()), "faults": [{"code": "not_planned", "message": text}]}


def _head(show: Show) -> Told:
    return {"kind": "plan", "document": show.document_id, "revision": show.revision}


def _refused(head: Told, faults: Sequence[Fault]) -> Told:
    return {**head, "faults": fault_list(faults), "states": {}, "nfe": None, "targets": [], "notes": []}
