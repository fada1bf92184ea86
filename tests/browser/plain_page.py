"""A page without a browser: one WebSocket, read only when a test says so."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Self

from pydantic import JsonValue
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Ping, Request, TextMessage

PATIENCE = 120.0
CHUNK = 2**16

Told = dict[str, JsonValue]


class PlainPage:
    """Talks with the editor at a port as a page that shows the document would. `cookie` as in a header."""

    def __init__(self, port: int, document: str, *, cookie: str, client: str) -> None:
        host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._line = WSConnection(ConnectionType.CLIENT)
        headers = [(b"cookie", cookie.encode()), (b"origin", f"http://{host}".encode())]
        self._socket.sendall(self._line.send(Request(host=host, target=f"/live/{document}", extra_headers=headers)))
        self._heard = self._messages()
        self.say({"kind": "hello", "token": "", "client": client, "seen": None})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, message: Told) -> None:
        """Send a message; a line that broke is found out when the page listens."""
        if message["kind"] == "hello":
            next(self._heard)  # the line is open
        try:
            self._socket.sendall(self._line.send(TextMessage(json.dumps(message))))
        except ConnectionError:
            return

    def edit(self, number: int, operation: JsonValue) -> None:
        """Send an edit."""
        self.say({"kind": "edit", "number": number, "operation": operation, "label": "edit"})

    def hear(self) -> Told:
        """The next message."""
        return next(self._heard)

    def hear_until(self, kind: str) -> list[Told]:
        """All messages up to the first of this kind."""
        found = [self.hear()]
        while found[-1]["kind"] != kind:
            found.append(self.hear())
        return found

    def rest(self) -> list[Told]:
        """All that came before the line broke."""
        return list(self._heard)

    def _messages(self) -> Iterator[Told]:
        """What is told, until the line breaks; first an empty one, when it is open."""
        text = ""
        while True:
            try:
                chunk = self._socket.recv(CHUNK)
            except ConnectionError:
                return
            if not chunk:
                return
            self._line.receive_data(chunk)
            for event in self._line.events():
                if isinstance(event, AcceptConnection):
                    yield {}
                elif isinstance(event, Ping):
                    self._socket.sendall(self._line.send(event.response()))
                elif isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        yield json.loads(text)
                        text = ""
