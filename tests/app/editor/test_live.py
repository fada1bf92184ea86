"""The socket of a page: who may speak, what is heard, and what survives nonsense."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from app.editor import live
from app.editor.bounded import LARGEST_MESSAGE, TOO_LARGE
from app.editor.edits import read_operation
from app.editor.live import REFUSED
from app.editor.mailbox import MOST_WAITING
from tests.app.editor.documents.sessions import TWO
from tests.app.editor.doors import HOST
from tests.app.editor.sites import Site

TITLE: JsonValue = {"do": "title", "name": "x"}


def test_a_page_is_welcomed_with_all_that_it_shows(site: Site) -> None:
    session = site.open(TWO)
    welcome = site.page(session.id).welcome
    assert (welcome["snapshot"], welcome["acknowledged"]) == (session.snapshot(), 0)
    assert (welcome["can"], welcome["live"]) == ({"undo": None, "redo": None}, {})


HELLOS: dict[str, JsonValue] = {
    "no token": {"kind": "hello", "client": "tab"},
    "another token": {"kind": "hello", "token": "x" * 64, "client": "tab"},
    "no text for a token": {"kind": "hello", "token": 3, "client": "tab"},
    "another kind": {"kind": "edit", "token": "TOKEN", "client": "tab", "number": 1, "operation": TITLE},
    "no client": {"kind": "hello", "token": "TOKEN"},
    "no text for a client": {"kind": "hello", "token": "TOKEN", "client": 3},
    "an empty client": {"kind": "hello", "token": "TOKEN", "client": ""},
    "no object": ["hello"],
}


@pytest.mark.parametrize("name", HELLOS)
def test_who_does_not_say_who_it_is_is_told_nothing(site: Site, name: str) -> None:
    session, hello = site.open(TWO), HELLOS[name]
    page = site.socket(session.id)
    page.say({**hello, "token": site.token} if isinstance(hello, dict) and hello.get("token") == "TOKEN" else hello)
    page.edit(1, TITLE)
    assert (page.until_closed(), page.closed, session.revision) == ([], REFUSED, 0)


def test_nonsense_for_a_hello_is_refused_and_who_goes_at_once_does_no_harm(site: Site) -> None:
    session = site.open(TWO)
    page = site.socket(session.id)
    page.send("{")
    assert (page.until_closed(), page.closed) == ([], REFUSED)
    site.socket(session.id).go()
    assert site.studio.room(session.id).visitors == set()


@pytest.mark.parametrize("missing", ["Cookie", "Origin", "Host"])
def test_a_socket_of_a_stranger_is_never_opened(site: Site, missing: str) -> None:
    session = site.open(TWO)
    wrong = {"Cookie": "", "Origin": "null", "Host": "evil.example"}
    headers = {"Host": HOST, "Origin": f"http://{HOST}", "Cookie": site.cookie, missing: wrong[missing]}
    page = site.socket(session.id, headers)
    assert (page.until_closed(), page.closed) == ([], 4403)


def test_a_page_of_a_document_that_is_gone_is_told_so(site: Site) -> None:
    page = site.socket("nobody")
    assert (page.until_closed(), page.closed) == ([{"kind": "gone"}], REFUSED)


def test_a_frame_that_is_too_large_ends_the_socket_and_one_that_is_not_does_not(site: Site) -> None:
    session = site.open(TWO)
    page = site.page(session.id)
    page.edit(1, {"do": "title", "name": "x" * (LARGEST_MESSAGE - 200)})
    assert page.hear("edited")["revision"] == 1
    page.send("x" * (LARGEST_MESSAGE + 1))
    page.edit(2, TITLE)
    assert (page.until_closed(), page.closed, session.revision) == ([], TOO_LARGE, 1)


NONSENSE = ["", "{", "[]", '"edit"', "3", "null", "{}", '{"kind":"explode"}', '{"kind":["edit"]}', "[" * 100_000]


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_answered_in_words_and_the_socket_stays(site: Site, text: str) -> None:
    session = site.open(TWO)
    page = site.page(session.id)
    page.send(text)
    told = page.hear("told")
    assert (told["level"], "there is no message" in str(told["text"])) == ("warning", True)
    assert "command, edit, redo, run, stop, undo" in str(told["text"])
    page.edit(1, TITLE)
    assert page.hear("edited")["number"] == 1


REFUSALS: dict[str, tuple[JsonValue, tuple[str, ...]]] = {
    "a node that is not there": ({"do": "set", "id": "c", "name": "q", "value": 1}, ("no node 'c'", "allowed: a, b")),
    "a name that is taken": ({"do": "rename", "id": "a", "to": "b"}, ("'b' already", "mend: choose another name")),
    "a level that is not there": ({"do": "remove", "at": "sub", "id": "a"}, ("sub: ", "no subgraph")),
    "no operation": ({"do": "explode"}, ("this is no edit", "given: ", "mend: ")),
    "nothing": (None, ("this is no edit",)),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_edit_says_what_and_how_to_mend_it_and_how_the_document_is(site: Site, name: str) -> None:
    session, (operation, words) = site.open(TWO), REFUSALS[name]
    page = site.page(session.id)
    page.edit(7, operation)
    refused = page.hear("refused", "edited")
    assert (refused["kind"], refused["number"], refused["snapshot"]) == ("refused", 7, session.snapshot())
    assert all(word in str(refused["message"]) for word in words), refused["message"]
    assert session.revision == 0


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "1", None, 2**60])
def test_an_edit_needs_a_number(site: Site, number: JsonValue) -> None:
    session = site.open(TWO)
    page = site.page(session.id)
    page.say({"kind": "edit", "number": number, "operation": TITLE})
    told = page.hear("refused", "told", "edited")
    assert "number" in str(told.get("message", told.get("text")))
    assert session.revision == 0


def test_what_is_sent_twice_is_done_once_and_confirmed_twice(site: Site) -> None:
    session = site.open(TWO)
    page = site.page(session.id)
    for _ in range(2):
        page.edit(1, {"do": "add", "id": "c", "node": {"type": "x", "inputs": {"p": ["a", "b"]}}})
    first, second = page.hear("edited", "refused"), page.hear("edited", "refused")
    assert (first, session.revision) == (second, 1)
    page.edit(1, {"do": "remove", "id": "c"})
    assert page.hear("edited") == first, "whatever it says"
    page.go()
    again = site.page(session.id)
    assert again.welcome["acknowledged"] == 1
    again.edit(1, None)
    assert again.hear("edited") == {**first, "can": again.welcome["can"]}


def test_all_pages_hear_all_edits_in_the_same_order(site: Site) -> None:
    session = site.open(TWO)
    pages = [site.page(session.id, name) for name in ("one", "two")]
    for number in range(1, 20):
        pages[number % 2].edit((number + 1) // 2, {"do": "title", "name": str(number)})
    heard = [[page.hear("edited") for _ in range(19)] for page in pages]
    assert heard[0] == heard[1]
    assert [message["revision"] for message in heard[0]] == list(range(1, 20))


def test_a_page_that_reads_nothing_is_given_the_document_in_place_of_the_edits_that_it_missed(site: Site) -> None:
    session = site.open(TWO)
    page = site.page(session.id)
    room = site.studio.room(session.id)
    for number in range(MOST_WAITING + 1):
        room.edited(session.edit(read_operation(TITLE), author="bob", client="other", number=number + 1))
    welcome = page.hear("edited", "welcome")
    assert (welcome["kind"], welcome["snapshot"]) == ("welcome", session.snapshot())


def test_news_wait_for_got_and_are_one_message_however_many_there_were(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "NEWS_EVERY", 0)
    session = site.open(TWO)
    page = site.page(session.id)

    def step(number: int) -> None:
        site.tell({"kind": "node", "document": session.id, "job": "j", "node": "a", "step": number})

    step(0)
    assert page.hear("news")["nodes"] == {"a": {"job": "j", "step": 0}}
    for number in range(1, 1000):
        step(number)
    page.edit(1, TITLE)
    assert page.hear("edited", "news")["kind"] == "edited", "the page has not read the last news yet"
    page.say({"kind": "got"})
    assert page.hear("news")["nodes"] == {"a": {"job": "j", "step": 999}}


def test_who_goes_is_no_visitor_any_more(site: Site) -> None:
    session = site.open(TWO)
    room = site.studio.room(session.id)
    pages = [site.page(session.id, name) for name in ("one", "two")]
    assert {visitor.client for visitor in room.visitors} == {"one", "two"}
    pages[0].go()
    assert {visitor.client for visitor in room.visitors} == {"two"}
