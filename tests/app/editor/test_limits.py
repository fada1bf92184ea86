"""Too much is answered clearly, and does no harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import Message

from app.editor.bounded import LARGEST_MESSAGE, BoundedSocket
from app.editor.bucket import Bucket
from app.editor.limits import BODIES, LARGEST_UPLOAD, MIB, Rates, largest_body
from tests.app.editor.doors import HOST, Door, say


def test_a_body_is_taken_up_to_its_size_and_refused_beyond() -> None:
    door = Door()
    headers = door.own_page()
    assert door.ask("POST", "/api/queue", headers, b"x" * MIB).text == str(MIB)
    answer = door.ask("POST", "/api/queue", headers, b"x" * (MIB + 1))
    assert (answer.status_code, "at most 1 MiB" in answer.json()["error"]["message"]) == (413, True)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_body_that_hides_its_size_is_cut_off() -> None:
    door = Door()

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * (MIB // 4)

    headers = door.own_page()

    async def send() -> int:
        async with AsyncClient(transport=ASGITransport(door.app), base_url=f"http://{HOST}") as client:
            return (await client.post("/api/queue", headers=headers, content=parts())).status_code

    assert asyncio.run(send()) == 413


def test_files_may_be_larger_than_commands() -> None:
    assert largest_body("/api/files") == LARGEST_UPLOAD
    assert largest_body("/anything") == MIB
    assert BODIES[-1][0] == ""


def test_a_hail_of_requests_is_answered_with_when_to_come_back() -> None:
    door = Door(Rates(requests=2, request_burst=3))
    headers = door.signed_in()
    statuses = [door.ask("GET", "/media/a.png", headers).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert door.ask("GET", "/media/a.png", headers).headers["retry-after"] == "1"
    assert door.ask("GET", "/media/a.png", door.signed_in()).status_code == 200  # another browser is not held up


def test_a_bucket_fills_again_at_its_rate_and_no_higher_than_its_burst() -> None:
    now = [0.0]
    bucket = Bucket(10, 2, lambda: now[0])
    assert [bucket.take(), bucket.take(), bucket.take()] == [0, 0, pytest.approx(0.1)]
    now[0] = 0.1
    assert [bucket.take(), bucket.take() > 0] == [0, True]
    now[0] = 100
    assert [bucket.take(), bucket.take(), bucket.take() > 0] == [0, 0, True]


def test_a_flood_on_a_socket_waits_and_loses_nothing() -> None:
    now, waited = [0.0], []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    async def receive() -> Message:
        return {"type": "websocket.receive", "text": "edit"}

    async def send(message: Message) -> None:
        raise AssertionError

    async def flood() -> list[Message]:
        socket = BoundedSocket(Bucket(200, 10, lambda: now[0]), receive, send, pause)
        return [await socket.receive() for _ in range(210)]

    assert len(asyncio.run(flood())) == 210
    assert sum(waited) == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize("path", ["/live/one", "/_nicegui_ws/socket.io/"])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_message_that_is_too_large_ends_its_socket(path: str, letter: str) -> None:
    door = Door()
    count = LARGEST_MESSAGE // len(letter.encode())
    heard, code = say(door, path, door.own_page(), letter * count, letter * (count + 1), "after")
    assert ([len(text) for text in heard], code) == ([count], 1009)
