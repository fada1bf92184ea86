"""The HTTP server, with the gate and the limits in front of the application."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from app.editor.bounded import LARGEST_MESSAGE
from app.editor.control import Control
from app.editor.gate import Gate
from app.editor.limits import Limits
from app.editor.options import Built
from app.editor.tokens import Tokens

FAREWELL = 3
"""Seconds that open connections have when the server ends."""


def guarded(built: Built, tokens: Tokens, secret: bytes) -> ASGIApp:
    """The application behind the limits, behind the gate."""
    return Gate(Limits(built.app), tokens, Control(secret, built.place_of))


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; raises `KeyboardInterrupt` after a clean end by SIGINT."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="wsproto",
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=FAREWELL,
    )
    uvicorn.Server(config).run(sockets=[listening])
