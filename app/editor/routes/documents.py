"""Documents: what there is, new ones, copies, imports, and the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, JsonValue

if TYPE_CHECKING:
    from app.editor.studio import Studio


class New(BaseModel):
    """A document to be: a copy of an example, or an empty one of that name."""

    model_config = ConfigDict(extra="forbid")
    example: str = ""
    name: str = "Untitled"


def router(studio: Studio) -> APIRouter:
    """Everything under `/api/documents`, and `/api/import`."""
    found = APIRouter()
    library = studio.library

    @found.get("/api/documents")
    async def _list() -> dict[str, JsonValue]:
        recent: list[JsonValue] = [*library.recent()]
        return {"recent": recent, "examples": [*library.examples()], "deleted": [*library.deleted()]}

    @found.post("/api/documents")
    async def _make(new: New) -> dict[str, JsonValue]:
        session = library.open(new.example) if new.example else library.create(new.name)
        return {"id": session.id}

    @found.post("/api/import")
    async def _import(request: Request, name: str = "graph") -> dict[str, JsonValue]:
        session = library.import_bytes(name, await request.body(), studio.catalogue)
        return {"id": session.id}

    @found.post("/api/documents/{document}/duplicate")
    async def _duplicate(document: str) -> dict[str, JsonValue]:
        return {"id": library.duplicate(document).id}

    @found.delete("/api/documents/{document}")
    async def _delete(document: str) -> None:
        studio.leave(document)
        library.delete(document)

    @found.post("/api/documents/{document}/undelete")
    async def _undelete(document: str) -> dict[str, JsonValue]:
        return {"id": library.restore(document).id}

    return found
