"""The editor's gate in front of a small application, and browsers that knock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.responses import Response as Answer
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.editor.asking import PAGE_TOKEN_HEADER
from app.editor.control import Control
from app.editor.gate import Gate
from app.editor.limits import Limits, Rates
from app.editor.tokens import Tokens
from graphs.errors import InputError

PORT = 8642
HOST = f"127.0.0.1:{PORT}"
TYPED = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"}
"""What a browser says of an address that a person typed."""


async def page(request: Request) -> Answer:
    """A page with a script of its own."""
    return HTMLResponse(
        '<title>t</title><script>let x = "<script>";</script><script type="module" src="/a.js"></script>'
    )


async def change(request: Request) -> Answer:
    """Something that changes something; tells how much it was given."""
    return PlainTextResponse(str(len(await request.body())))


async def picture(request: Request) -> Answer:
    """A picture."""
    return Answer(b"pixels", media_type="image/png", headers={"Cache-Control": "immutable"})


async def echo(socket: WebSocket) -> None:
    """Says back what is said."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


def small_app() -> ASGIApp:
    """A page, a picture, something to change, a socket."""
    return Starlette(
        routes=[
            Route("/", page),
            Route("/d/one", page),
            Route("/media/a.png", picture),
            Route("/api/documents", change, methods=["POST", "DELETE"]),
            Route("/api/queue", change, methods=["POST"]),
            WebSocketRoute("/live/one", echo),
            WebSocketRoute("/_nicegui_ws/socket.io/", echo),
        ]
    )


def place_of(graph: str | None) -> str:
    """The page of a graph."""
    if graph == "lost":
        raise InputError("there is no such graph")
    return "/" if graph is None else f"/d/{graph}"


@dataclass
class Door:
    """The guarded application."""

    rates: Rates = field(default_factory=Rates)
    tokens: Tokens = field(default_factory=lambda: Tokens(b"s" * 32, PORT))
    control: Control = field(default_factory=lambda: Control(b"c" * 32, place_of))

    def __post_init__(self) -> None:
        self.app: ASGIApp = Gate(Limits(small_app(), self.rates, clock=lambda: 0.0), self.tokens, self.control)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Response:
        """One request; nothing is followed, no cookie kept."""

        async def once() -> Response:
            transport = ASGITransport(self.app)
            async with AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, path, headers=headers, content=content)

        return asyncio.run(once())

    def signed_in(self) -> dict[str, str]:
        """The headers of a browser that was let in."""
        token = self.tokens.new_link()
        answer = self.ask("GET", f"/enter?token={token}", TYPED)
        return {"Cookie": answer.headers["set-cookie"].split(";")[0]}

    def own_page(self) -> dict[str, str]:
        """The headers of a script in the editor's own page."""
        cookie = self.signed_in()
        session = self.tokens.session_of(cookie["Cookie"].partition("=")[2])
        assert session is not None
        origin = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
        return {**cookie, **origin, PAGE_TOKEN_HEADER: self.tokens.page_token(session)}


def say(door: Door, path: str, headers: Mapping[str, str], *texts: str) -> tuple[list[str], int | None]:
    """What a WebSocket hears when it says these, and the code it is closed with; None where it was not."""
    heard: list[Message] = []
    said: list[Message] = [{"type": "websocket.connect"}]
    said += [{"type": "websocket.receive", "text": text} for text in texts]
    given = {"Host": HOST, **headers}
    scope: Scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "ws",
        "subprotocols": [],
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
    }

    async def receive() -> Message:
        return said.pop(0) if said else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        heard.append(message)

    asyncio.run(_run(door.app, scope, receive, send))
    codes = [int(message["code"]) for message in heard if message["type"] == "websocket.close"]
    return [str(message["text"]) for message in heard if message["type"] == "websocket.send"], codes[
        0
    ] if codes else None


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)
