"""`noiseloom run --plan`: what would run, and why."""

from __future__ import annotations

import json

from app.running import Choices, chosen_plan
from graphs.catalogue.catalogue import Catalogue
from graphs.opening import Opened
from graphs.running.forecast import NodeState, State
from graphs.store.store import Store, store_folder


def show_plan(opened: Opened, catalogue: Catalogue, choices: Choices, *, as_json: bool) -> None:
    """Print the plan of a graph; nothing runs."""
    plan = chosen_plan(opened, catalogue, choices)
    with Store(store_folder()) as store:
        states = plan.states(plan.forecast(store))
        notes = store.take_notes()
    if as_json:
        nodes = {place: {"state": str(state.state), "reason": state.reason} for place, state in states.items()}
        print(json.dumps({"nodes": nodes, "notes": notes}, indent=2, ensure_ascii=False))  # noqa: T201 - the answer
    else:
        print("\n".join([*(f"note: {note}" for note in notes), *_lines(states)]))  # noqa: T201 - the answer


def _lines(states: dict[str, NodeState]) -> list[str]:
    width = max(map(len, states), default=0)
    lines = [f"{place:{width}}  {state.state:7}  {state.reason}".rstrip() for place, state in states.items()]
    counts = {state: sum(found.state is state for found in states.values()) for state in State}
    words = [f"{count} {WORDS[state]}" for state, count in counts.items() if count]
    return [*lines, "", ", ".join(words)]


WORDS = {State.CACHED: "served from the store", State.RUN: "to run", State.DEPENDS: "that depend on these"}
