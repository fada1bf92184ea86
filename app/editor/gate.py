"""The gate: every request and WebSocket passes here first, and only those of the editor's own person get in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.editor.asking import PAGE_TOKEN_HEADER, Asking
from app.editor.control import CONTROL_PATH, Control
from app.editor.plain_pages import as_json, forward, link_used, not_signed_in, refused
from app.editor.policy import protect
from app.editor.rewriting import PageRewriter
from app.editor.tokens import Tokens

SESSION_KEY = "noiseloom.session"
"""Where the session of a request stands in its ASGI scope, behind the gate."""

NICEGUI_SOCKET = "/_nicegui_ws/"
"""NiceGUI's socket, which would take plain requests in place of a WebSocket too."""


@dataclass(frozen=True)
class Gate:
    """Pure ASGI, so that it sees WebSockets too: in front of everything, NiceGUI's own socket included."""

    app: ASGIApp
    tokens: Tokens
    control: Control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asking = Asking(scope)
        trouble = asking.host_trouble() or asking.origin_trouble()
        if trouble:
            await self._answer(refusal(asking, 403, trouble), asking, receive, send)
        elif asking.path == "/enter" and not asking.is_socket:
            await self._answer(self._enter(asking), asking, receive, send)
        elif asking.path == CONTROL_PATH and asking.method == "POST":
            await self._answer(await self.control.answer(receive, self.tokens), asking, receive, send)
        else:
            await self._inside(asking, receive, send)

    async def _inside(self, asking: Asking, receive: Receive, send: Send) -> None:
        session = self.tokens.session_of(asking.cookie(self.tokens.cookie))
        if session is None:
            await self._answer(refusal(asking, 401, "not signed in"), asking, receive, send)
        elif asking.path.startswith(NICEGUI_SOCKET) and not asking.is_socket:
            await self._answer(refusal(asking, 403, "only a WebSocket is served here"), asking, receive, send)
        elif asking.changes and not self.tokens.is_page_token(session, asking.headers.get(PAGE_TOKEN_HEADER, "")):
            message = f"the header {PAGE_TOKEN_HEADER} is missing or wrong: load the page again"
            await self._answer(refusal(asking, 403, message), asking, receive, send)
        else:
            scope = {**asking.scope, "headers": inner_headers(asking.scope), SESSION_KEY: session}
            sender = send if asking.is_socket else PageRewriter(send).send
            await self.app(scope, receive, sender)

    def _enter(self, asking: Asking) -> Response:
        """Exchange a one-time token for the cookie."""
        if self.tokens.session_of(asking.cookie(self.tokens.cookie)) is not None:
            place = self.tokens.redeem(asking.query("token"))
            return onward(asking, place or "/")
        if asking.method != "GET" or "prefetch" in asking.headers.get("sec-purpose", ""):
            return refusal(asking, 403, "a link is for a person to open")
        place = self.tokens.redeem(asking.query("token"))
        if place is None:
            return HTMLResponse(link_used(), 403)
        response = onward(asking, place)
        name, value = self.tokens.cookie, self.tokens.new_session()
        response.set_cookie(name, value, path="/", httponly=True, samesite="strict")
        return response

    async def _answer(self, response: Response, asking: Asking, receive: Receive, send: Send) -> None:
        if asking.is_socket:
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": ""})
            return
        protect(MutableHeaders(raw=response.raw_headers))
        await response(asking.scope, receive, send)


def onward(asking: Asking, place: str) -> Response:
    """On to a page: by a step of our own where a link of another site led here, as no cookie is sent otherwise."""
    if asking.headers.get("sec-fetch-site") in ("none", "same-origin"):
        return RedirectResponse(place, 303)
    return HTMLResponse(forward(place))


def refusal(asking: Asking, status: int, message: str) -> Response:
    """Why a request is not let through, as a page or as JSON."""
    if not asking.wants_page:
        return Response(as_json(message), status, media_type="application/json")
    return HTMLResponse(not_signed_in() if status == 401 else refused(message), status)  # noqa: PLR2004


def inner_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers without those that would compress a page before it is marked, or move it elsewhere."""
    unwanted = (b"accept-encoding", b"x-forwarded-prefix") if accepts_page(scope) else (b"x-forwarded-prefix",)
    return [(name, value) for name, value in scope["headers"] if name.lower() not in unwanted]


def accepts_page(scope: Scope) -> bool:
    """Whether a page may come back."""
    return Asking(scope).wants_page


def session_of(scope: Scope) -> str:
    """The session of a request behind the gate."""
    return str(scope[SESSION_KEY])
