"""How much one browser may ask for: requests and messages a second, and the size of each."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from app.editor.bounded import BoundedBody, BoundedSocket, error
from app.editor.bucket import Bucket
from app.editor.gate import session_of

MIB = 2**20
LARGEST_UPLOAD = 256 * MIB
"""Bytes of an uploaded file of weights; pictures and JSON have less, see `uploads`."""

BODIES = (("/api/files", LARGEST_UPLOAD), ("/api/import", LARGEST_UPLOAD), ("/api/documents", 64 * MIB), ("", MIB))
"""The largest body, by the beginning of the path; the first that fits counts."""

MOST_SESSIONS = 64
"""Sessions whose rates are kept at the most."""


@dataclass(frozen=True)
class Rates:
    """Requests and messages a second, and how many at once; far more than a person's hands need."""

    requests: float = 200
    request_burst: float = 1000
    messages: float = 200
    message_burst: float = 400


@dataclass(frozen=True)
class Limits:
    """Pure ASGI, just behind the gate: too much is answered with 413 or 429, and a busy socket is slowed down."""

    app: ASGIApp
    rates: Rates = Rates()
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _requests: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)
    _messages: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or socket through within the limits."""
        if scope["type"] == "http":
            await self._serve_http(scope, receive, send)
        elif scope["type"] == "websocket":
            bucket = self._bucket(self._messages, scope, self.rates.messages, self.rates.message_burst)
            await self.app(scope, BoundedSocket(bucket, receive, send, self.pause).receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = self._bucket(self._requests, scope, self.rates.requests, self.rates.request_burst).take()
        if wait:
            seconds = str(int(wait) + 1)
            answer = error(429, f"too many requests at once: try again in {seconds} s")
            answer.headers["Retry-After"] = seconds
            await answer(scope, receive, send)
            return
        await BoundedBody(largest_body(str(scope["path"])), receive, send).serve(self.app, scope)

    def _bucket(self, kept: OrderedDict[str, Bucket], scope: Scope, rate: float, burst: float) -> Bucket:
        session = session_of(scope)
        bucket = kept.setdefault(session, Bucket(rate, burst, self.clock))
        kept.move_to_end(session)
        if len(kept) > MOST_SESSIONS:
            kept.popitem(last=False)
        return bucket


def largest_body(path: str) -> int:
    """The largest body that is taken at a path, in bytes."""
    return next(size for beginning, size in BODIES if path.startswith(beginning))
