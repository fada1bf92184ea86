"""`noiseloom run --plan`: what would run, and why."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from pydantic import JsonValue

from app.running import Choices, chosen_plan
from graphs.catalogue.catalogue import Catalogue
from graphs.estimates import Span
from graphs.opening import Opened
from graphs.running.forecast import NodeState, State
from graphs.store.store import Store, store_folder

FEW = 20
"""Nodes up to which each cell of a sweep has a line of its own."""


def show_plan(opened: Opened, catalogue: Catalogue, choices: Choices, *, as_json: bool) -> None:
    """Print the plan of a graph; nothing runs."""
    plan = chosen_plan(opened, catalogue, choices)
    with Store(store_folder()) as store:
        states = plan.states(plan.forecast(store), costs=True)
        notes = store.take_notes()
    if as_json:
        nodes = {place: entry(state) for place, state in states.items()}
        told = {"nodes": nodes, "nfe": bounds(total(states.values())), "notes": notes}
        print(json.dumps(told, indent=2, ensure_ascii=False))  # noqa: T201 - the answer
    else:
        print("\n".join([*(f"note: {note}" for note in notes), *_lines(states)]))  # noqa: T201 - the answer


def _lines(states: dict[str, NodeState]) -> list[str]:
    """A line for each node; the cells of a sweep share one."""
    groups: dict[str, list[NodeState]] = {}
    for place, state in states.items():
        groups.setdefault(place if len(states) <= FEW else place.partition("[")[0], []).append(state)
    width = max(map(len, groups), default=0)
    lines = [f"{place:{width}}  {_told(found)}".rstrip() for place, found in groups.items()]
    counts = {state: sum(found.state is state for found in states.values()) for state in State}
    words = [f"{count} {WORDS[state]}" for state, count in counts.items() if count]
    return [*lines, "", f"{', '.join(words)}; {total(states.values())} NFE"]


def _told(found: list[NodeState]) -> str:
    nfe = total(found)
    cost = f"{nfe} NFE" if nfe.high else ""
    if len(found) == 1:
        return f"{found[0].state:7}  {', '.join(filter(None, (found[0].reason, cost)))}"
    counts = [f"{count} {state}" for state in State if (count := sum(one.state is state for one in found))]
    because = next((one.reason for one in found if one.state is State.RUN), "")
    return f"{len(found)} cells: {', '.join(filter(None, (*counts, because, cost)))}"


def entry(state: NodeState) -> dict[str, JsonValue]:
    """What a plan says of a node, as JSON."""
    said: dict[str, JsonValue] = {"state": str(state.state), "reason": state.reason}
    return said if state.nfe is None else {**said, "nfe": bounds(state.nfe)}


def total(states: Iterable[NodeState]) -> Span:
    """The NFE of all these nodes."""
    found = Span(0, 0)
    for state in states:
        found += state.nfe or Span(0, 0)
    return found


def bounds(span: Span) -> JsonValue:
    """A number where it is one, else [low, high]; null where nothing bounds it."""
    high = span.high if math.isfinite(span.high) else None
    return span.low if span.exact else [span.low, high]


WORDS = {State.CACHED: "served from the store", State.RUN: "to run", State.DEPENDS: "that depend on these"}
