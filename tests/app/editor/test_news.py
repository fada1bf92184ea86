"""News merge so that a page that read one message knows what one that read all of them knows."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from app.editor.news import MOST_LINES, MOST_RESULTS, Message, merge

FIELDS = st.dictionaries(st.sampled_from(["state", "step", "preview"]), st.integers(0, 9), max_size=3)
VIEWS = st.dictionaries(st.sampled_from(["out", "mask"]), st.integers(0, 9), max_size=2)
NODE = st.tuples(FIELDS, VIEWS).map(lambda pair: {**pair[0], **({"views": pair[1]} if pair[1] else {})})
CHANGE = st.fixed_dictionaries(
    {},
    optional={
        "plan": FIELDS,
        "job": FIELDS,
        "nodes": st.dictionaries(st.sampled_from(["a", "b/c"]), NODE, max_size=2),
        "log": st.integers(0, MOST_LINES).map(lambda count: list(range(count))),
        "results": st.integers(0, MOST_RESULTS).map(lambda count: list(range(count))),
    },
)


def merged(*changes: Message) -> Message:
    whole: Message = {}
    for change in changes:
        merge(whole, change)
    return whole


@settings(max_examples=25)
@given(st.lists(CHANGE, max_size=6), st.integers(0, 6))
def test_it_does_not_matter_when_a_page_reads(changes: list[Message], pause: int) -> None:
    before, after = merged(*changes[:pause]), merged(*changes[pause:])
    assert merged(before, after) == merged(*changes)


@settings(max_examples=25)
@given(st.lists(CHANGE, max_size=6))
def test_what_was_told_is_not_changed_by_what_is_told_later(changes: list[Message]) -> None:
    told = copy.deepcopy(changes)
    merged(*changes)
    assert changes == told


@settings(max_examples=25)
@given(st.lists(CHANGE, min_size=1, max_size=8))
def test_what_waits_is_bounded(changes: list[Message]) -> None:
    whole = merged(*changes)
    for key, most in (("log", MOST_LINES), ("results", MOST_RESULTS)):
        entries = whole.get(key, [])
        assert isinstance(entries, list)
        assert len(entries) <= most
        told = [entry for change in changes if isinstance(each := change.get(key), list) for entry in each]
        assert entries == told[-most:]


def test_the_views_of_all_ports_are_kept_and_each_is_the_newest() -> None:
    whole = merged(
        {"nodes": {"a": {"state": "running", "views": {"out": 1, "mask": 1}}}},
        {"nodes": {"a": {"views": {"out": 2}}}},
        {"nodes": {"a": {"state": "done"}, "b": {"state": "waiting"}}},
    )
    assert whole == {"nodes": {"a": {"state": "done", "views": {"out": 2, "mask": 1}}, "b": {"state": "waiting"}}}


def test_a_change_without_a_shape_of_ours_replaces_what_was_there() -> None:
    assert merged({"nodes": {"a": 1}}, {"nodes": {"a": {"step": 2}}}) == {"nodes": {"a": {"step": 2}}}
    assert merged({"plan": {"a": 1}}, {"plan": {"b": 2}}) == {"plan": {"b": 2}}
