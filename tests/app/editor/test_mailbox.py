"""What waits for a page is delivered in order, merged, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from app.editor.mailbox import MOST_WAITING, Mailbox
from app.editor.news import MOST_LINES, MOST_RESULTS, Message

T = TypeVar("T")


def now(taking: Coroutine[object, object, T]) -> T:
    """What is there already; an error where that would wait."""

    async def once() -> T:
        async with asyncio.timeout(0):
            return await taking

    return asyncio.run(once())


def waits(taking: Coroutine[object, object, object]) -> bool:
    try:
        now(taking)
    except TimeoutError:
        return True
    return False


def test_messages_come_in_their_order_and_once() -> None:
    mailbox = Mailbox()
    for number in range(3):
        mailbox.post({"number": number})
    assert now(mailbox.messages()) == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert waits(mailbox.messages())


def test_as_many_as_may_wait_are_delivered_and_one_more_becomes_the_whole_document() -> None:
    mailbox = Mailbox()
    for number in range(MOST_WAITING):
        mailbox.post({"number": number})
    assert len(now(mailbox.messages()) or ()) == MOST_WAITING
    for number in range(MOST_WAITING + 1):
        mailbox.post({"number": number})
    assert now(mailbox.messages()) is None
    mailbox.post({"number": "after"})
    assert now(mailbox.messages()) == [{"number": "after"}]


@settings(max_examples=20)
@given(st.integers(0, 5 * MOST_WAITING))
def test_no_more_ever_wait_than_may(count: int) -> None:
    mailbox = Mailbox()
    for number in range(count):
        mailbox.post({"number": number})
        assert len(mailbox._messages) <= MOST_WAITING
    if count:
        taken = now(mailbox.messages())
        assert taken is None if count > MOST_WAITING else len(taken or ()) == count


def test_news_are_one_message_whatever_is_told_and_the_last_state_counts() -> None:
    mailbox = Mailbox()
    for number in range(2000):
        mailbox.tell({"nodes": {"a": {"step": number}}, "queue": {"count": number}})
        mailbox.tell({"log": [{"text": str(number)}], "results": [{"id": str(number)}]})
    news = now(mailbox.news())
    assert (news["nodes"], news["queue"]) == ({"a": {"step": 1999}}, {"count": 1999})
    for key, most in (("log", MOST_LINES), ("results", MOST_RESULTS)):
        entries = news[key]
        assert isinstance(entries, list)
        assert len(entries) == most
    assert waits(mailbox.news())


def test_a_page_that_reads_is_told_only_what_came_since() -> None:
    mailbox = Mailbox()
    mailbox.tell({"engine": {"state": "starting"}, "nodes": {"a": {"step": 1}}})
    first = now(mailbox.news())
    mailbox.tell({"nodes": {"a": {"step": 2}}})
    assert now(mailbox.news()) == {"nodes": {"a": {"step": 2}}}
    assert first == {"engine": {"state": "starting"}, "nodes": {"a": {"step": 1}}}


def test_who_waits_is_woken_by_what_comes() -> None:
    async def work() -> tuple[list[Message] | None, Message]:
        mailbox = Mailbox()
        messages, news = asyncio.create_task(mailbox.messages()), asyncio.create_task(mailbox.news())
        await asyncio.sleep(0)  # both wait
        mailbox.post({"kind": "gone"})
        mailbox.tell({"job": {}})
        return await messages, await news

    assert asyncio.run(work()) == ([{"kind": "gone"}], {"job": {}})
