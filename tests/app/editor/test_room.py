"""Everybody in a room hears every edit, in the order of its revisions, and the news."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.editor.news import Message
from app.editor.room import Room, Visitor
from tests.app.editor.documents.sessions import TWO, edit, opened, set_q


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A document that two people look at, one of them twice."""
    with opened(tmp_path, TWO) as session:
        names = (("ann", "one"), ("ann", "two"), ("bob", "three"))
        yield Room(session, {Visitor(author, client) for author, client in names})


def heard(visitor: Visitor) -> list[Message]:
    """What must arrive at a page."""
    return asyncio.run(visitor.mailbox.messages()) or []


def test_all_hear_every_edit_in_the_order_of_revisions_the_sender_too(room: Room) -> None:
    for number in range(1, 30):
        room.edited(edit(room.session, set_q(number), ("ann", "bob")[number % 2]))
    for visitor in room.visitors:
        messages = heard(visitor)
        assert [message["revision"] for message in messages] == list(range(1, 30))
        assert messages[4]["operation"] == {"do": "set", "id": "b", "name": "q", "value": 5}
        assert (messages[4]["client"], messages[4]["number"]) == ("tab of bob", 3)


def test_each_is_told_what_that_person_can_undo(room: Room) -> None:
    room.edited(edit(room.session, set_q(2), "ann"))
    for visitor in room.visitors:
        can = {"undo": "q 1 → 2" if visitor.author == "ann" else None, "redo": None}
        assert heard(visitor)[0]["can"] == can


def test_an_edit_is_confirmed_to_one_page_only(room: Room) -> None:
    made = edit(room.session, set_q(2))
    one, *others = room.visitors
    room.confirm(made, one)
    assert [message["kind"] for message in heard(one)] == ["edited"]
    for visitor in others:
        visitor.mailbox.post({"kind": "mark"})
        assert heard(visitor) == [{"kind": "mark"}]


def test_who_comes_later_is_told_how_it_stands_without_the_results_that_the_gallery_has(room: Room) -> None:
    edit(room.session, set_q(2), "ann")
    room.tell({"nodes": {"a": {"state": "running", "step": 1}}, "results": [{"id": "1"}]})
    room.tell({"nodes": {"a": {"step": 2}}})
    welcome = room.welcome(Visitor("ann", "tab of ann"))
    assert (welcome["acknowledged"], welcome["live"]) == (1, {"nodes": {"a": {"state": "running", "step": 2}}})
    assert welcome["snapshot"] == room.session.snapshot()
    assert room.welcome(Visitor("bob", "another"))["acknowledged"] == 0
    for visitor in room.visitors:
        told = asyncio.run(visitor.mailbox.news())
        assert (told["results"], told["nodes"]) == ([{"id": "1"}], {"a": {"state": "running", "step": 2}})


def test_what_opening_changed_is_told_once_to_whoever_is_there(room: Room) -> None:
    room.session.notes.append("cfg_scale is called guidance_scale\ntoday")
    alone = Room(room.session)
    alone.tell_notes()
    first, second = Visitor("ann", "one"), Visitor("bob", "two")
    alone.enter(first)
    told = {"kind": "told", "level": "info", "text": "Cfg_scale is called guidance_scale today.", "history": True}
    assert [message["kind"] for message in heard(first)] == ["welcome", "told"]
    alone.enter(second)
    assert [message["kind"] for message in heard(second)] == ["welcome"]
    alone.session.notes.append("another program changed the file")
    alone.tell_notes()
    assert heard(first) == heard(second) == [{**told, "text": "Another program changed the file."}]
