"""The server: NiceGUI's page, our routes and our socket, behind the gate."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, WebSocket
from nicegui import ui
from pydantic import JsonValue
from starlette.responses import JSONResponse

from app.editor.authors import author_of
from app.editor.catalogue import catalogue_json
from app.editor.documents.records import Can
from app.editor.gate import session_of
from app.editor.live import REFUSED, serve_page
from app.editor.page import show
from app.editor.room import Room
from app.editor.routes import routers
from app.editor.studio import Studio
from app.editor.tokens import Tokens
from graphs.errors import InputError, NoiseloomError

LOOK_EVERY = 2.0
"""Seconds between two looks at whether another program has changed a file that is open here."""


async def _look(studio: Studio) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        studio.look()


def application(studio: Studio, tokens: Tokens) -> FastAPI:
    """The application, without the gate."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        await studio.runs.start()
        looking = asyncio.create_task(_look(studio))
        yield
        looking.cancel()
        await studio.close()

    app = FastAPI(lifespan=living, docs_url=None, redoc_url=None, openapi_url=None)
    catalogue = catalogue_json(studio.catalogue)

    def start(request: Request, room: Room | None) -> dict[str, JsonValue]:
        session = session_of(request.scope)
        return {
            "token": tokens.page_token(session),
            "catalogue": catalogue,
            "document": room.session.snapshot() if room else None,
            "can": (room.session.can(author_of(request.scope)) if room else Can(None, None))._asdict(),
            "live": room.live if room else {},
            "version": importlib.metadata.version("noiseloom"),
        }

    @ui.page("/")
    def _home(request: Request) -> None:
        show(start(request, None), "Noiseloom")

    @ui.page("/d/{document}")
    def _document(request: Request, document: str) -> None:
        try:
            room = studio.room(document)
        except InputError:
            ui.navigate.to("/")
            return
        show(start(request, room), f"{room.session.name} – Noiseloom")

    @app.websocket("/live/{document}")
    async def _live(socket: WebSocket, document: str) -> None:
        await socket.accept()
        try:
            room = studio.room(document)
        except InputError:  # it was put away; a page cannot see why a socket was not accepted
            await socket.send_text('{"kind":"gone"}')
            await socket.close(REFUSED)
            return
        session = session_of(socket.scope)
        await serve_page(
            socket, room, author_of(socket.scope), studio.acts, lambda token: tokens.is_page_token(session, token)
        )

    @app.exception_handler(NoiseloomError)
    async def _refuse(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"message": str(error)}, 422)

    for router in routers(studio):
        app.include_router(router)
    ui.run_with(
        app,
        title="Noiseloom",
        language="en-US",
        dark=True,
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=30,
        message_history_length=0,
        show_welcome_message=False,
        gzip_middleware_factory=None,  # the browser is on this machine: to pack costs more than to send
    )
    return app
