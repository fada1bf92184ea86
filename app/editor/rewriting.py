"""An answer on its way out: security headers on all, and on a page the nonce that lets its own scripts run."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from app.editor.policy import marked, new_nonce, protect


@dataclass
class PageRewriter:
    """Holds a page back until it is whole, marks its scripts and sends it; passes on everything else at once."""

    send_on: Send
    _start: Message | None = None
    _body: list[bytes] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        """Take the next message of the answer."""
        if message["type"] == "http.response.start":
            if is_page(message):
                self._start = message
                return
            protect(MutableHeaders(raw=message["headers"]))
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._send_page(self._start)
            return
        await self.send_on(message)

    async def _send_page(self, start: Message) -> None:
        nonce = new_nonce()
        page = marked(b"".join(self._body), nonce)
        headers = MutableHeaders(raw=start["headers"])
        protect(headers, nonce)
        headers["Content-Length"] = str(len(page))
        await self.send_on(start)
        await self.send_on({"type": "http.response.body", "body": page})


def is_page(start: Message) -> bool:
    """Whether an answer is HTML, and readable."""
    headers = MutableHeaders(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
