"""A page without a browser: one WebSocket that stays open and acknowledges only what a test says."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from typing import Self

from pydantic import JsonValue
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Ping, Request, TextMessage

PATIENCE = 120.0
CHUNK = 2**16

Told = dict[str, JsonValue]


class PlainPage:
    """Talks with the editor at a port as a page that shows the document would.

    `cookie` is as in a header, `token` the page's own.
    """

    def __init__(self, port: int, document: str, *, cookie: str, token: str, client: str) -> None:
        host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._line, self._turn = WSConnection(ConnectionType.CLIENT), threading.Lock()
        self._told: queue.Queue[Told | None] = queue.Queue()
        headers = [(b"cookie", cookie.encode()), (b"origin", f"http://{host}".encode())]
        self._send(Request(host=host, target=f"/live/{document}", extra_headers=headers))
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.hear()  # the line is open
        self.say({"kind": "hello", "token": token, "client": client, "seen": None})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()

    def say(self, message: Told) -> None:
        """Send a message; a line that broke is found out when the page listens."""
        with contextlib.suppress(ConnectionError):
            self._send(TextMessage(json.dumps(message)))

    def edit(self, number: int, operation: JsonValue) -> None:
        """Send an edit."""
        self.say({"kind": "edit", "number": number, "operation": operation, "label": "edit"})

    def hear(self) -> Told:
        """The next message."""
        found = self._told.get(timeout=PATIENCE)
        assert found is not None, "the line broke"
        return found

    def hear_until(self, kind: str) -> list[Told]:
        """All messages up to the first of this kind."""
        found = [self.hear()]
        while found[-1]["kind"] != kind:
            found.append(self.hear())
        return found

    def rest(self) -> list[Told]:
        """All that came before the line broke."""
        found: list[Told] = []
        while (message := self._told.get(timeout=PATIENCE)) is not None:
            found.append(message)
        return found

    def _send(self, event: Event) -> None:
        with self._turn:
            self._socket.sendall(self._line.send(event))

    def _read(self) -> None:
        """Take in what is told, and answer pings, until the line breaks; an empty message says that it is open."""
        text = ""
        with contextlib.suppress(ConnectionError):
            while chunk := self._socket.recv(CHUNK):
                with self._turn:
                    self._line.receive_data(chunk)
                    events = list(self._line.events())
                for event in events:
                    if isinstance(event, AcceptConnection):
                        self._told.put({})
                    elif isinstance(event, Ping):
                        self._send(event.response())
                    elif isinstance(event, TextMessage):
                        text += event.data
                        if event.message_finished:
                            self._told.put(json.loads(text))
                            text = ""
        self._told.put(None)
