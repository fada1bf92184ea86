"""The gallery of results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, JsonValue
from starlette.responses import JSONResponse

from graphs.document.reading import loads

if TYPE_CHECKING:
    from app.editor.studio import Studio


class Favour(BaseModel):
    """Whether an item is a favourite."""

    model_config = ConfigDict(extra="forbid")
    favourite: bool


def router(studio: Studio) -> APIRouter:
    """Everything under `/api/gallery`."""
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

    return found
