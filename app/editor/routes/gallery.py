"""The gallery of results, and the queue of runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, JsonValue

from graphs.document.reading import loads

if TYPE_CHECKING:
    from app.editor.studio import Studio


class Favour(BaseModel):
    """Whether an item is a favourite."""

    model_config = ConfigDict(extra="forbid")
    favourite: bool


class Order(BaseModel):
    """What becomes of the queue: a job is taken out or put first, all are taken out, it is held up."""

    model_config = ConfigDict(extra="forbid")
    cancel: str | None = None
    cancel_all: bool = False
    front: str | None = None
    paused: bool | None = None


def router(studio: Studio) -> APIRouter:
    """Everything under `/api/gallery` and `/api/queue`."""
    found = APIRouter()
    runs = studio.runs

    @found.get("/api/gallery")
    async def _page(
        document: str = "",
        kind: str = "",
        search: str = "",
        favourites: bool = False,
        before: str = "",
        limit: int = 60,
    ) -> dict[str, JsonValue]:
        page = runs.gallery.page(
            document=document, kind=kind, search=search, favourites=favourites, before=before, limit=limit
        )
        return dict(page)

    @found.post("/api/gallery/{item}")
    async def _favour(item: str, favour: Favour) -> dict[str, JsonValue]:
        return dict(runs.gallery.favour(item, favourite=favour.favourite))

    @found.delete("/api/gallery/{item}")
    async def _delete(item: str) -> None:
        runs.gallery.delete(item)

    @found.post("/api/gallery/{item}/open")
    async def _open(item: str) -> dict[str, JsonValue]:
        name = str(runs.gallery.item(item)["name"]) or "From the gallery"
        document = loads(json.dumps(runs.gallery.graph_of(item)))
        return {"id": studio.library.create(name, document).id}

    @found.get("/api/gallery/{item}/graph")
    async def _graph(item: str) -> JSONResponse:
        return JSONResponse(runs.gallery.graph_of(item))

    @found.post("/api/queue")
    async def _queue(order: Order) -> None:
        if order.cancel is not None:
            runs.queue.cancel(order.cancel)
        if order.cancel_all:
            runs.queue.cancel_all()
        if order.front is not None:
            runs.queue.to_front(order.front)
        if order.paused is not None:
            runs.queue.pause(paused=order.paused)

    return found
