"""The cells of a sweep, folded onto their node: a canvas has one card for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from app.editor.engine.messages import Told
from app.planning import entry, total
from graphs.running.forecast import NodeState, State


def node_of(place: str) -> str:
    """The node of a document that a place of a plan belongs to: `sample[guidance_scale=2]` is a cell of `sample`."""
    return re.split(r"[\[:]", place, maxsplit=1)[0]


def is_cell(place: str) -> bool:
    """Whether a place is one cell of several."""
    return "[" in place and ":" not in place.partition("[")[0]


def is_between(place: str) -> bool:
    """Whether it is the engine's own node, which gathers what a wire brings; no card shows it."""
    return ":" in place.partition("[")[0]


def folded(places: Iterable[str]) -> dict[str, list[str]]:
    """The places of each node, in order."""
    found: dict[str, list[str]] = {}
    for place in places:
        if not is_between(place):
            found.setdefault(node_of(place), []).append(place)
    return found


def folded_states(states: Mapping[str, NodeState]) -> Told:
    """What a plan says of each node, as JSON; of several cells what runs counts, and their NFE is added up."""
    return {node: _entry([(place, states[place]) for place in places]) for node, places in folded(states).items()}


def _entry(found: list[tuple[str, NodeState]]) -> JsonValue:
    if len(found) == 1:
        return entry(found[0][1])
    states = [state for _, state in found]
    counts = next(kind for kind in (State.RUN, State.DEPENDS, State.CACHED) if any(s.state is kind for s in states))
    first = next(state for state in states if state.state is counts)
    known = any(state.nfe is not None for state in states)
    told = entry(NodeState(counts, first.reason, total(states) if known else None))
    return {**told, "cells": {"count": sum(is_cell(place) for place, _ in found)}}
