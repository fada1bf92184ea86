"""The history of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, JsonValue
from starlette.responses import Response

from app.editor.authors import author_of

if TYPE_CHECKING:
    from app.editor.studio import Studio


class Naming(BaseModel):
    """A name for a version; empty takes it away."""

    model_config = ConfigDict(extra="forbid")
    name: str


def router(studio: Studio) -> APIRouter:
    """Everything under `/api/documents/ID/versions`."""
    found = APIRouter()

    @found.get("/api/documents/{document}/versions")
    async def _versions(document: str) -> list[dict[str, JsonValue]]:
        return [version._asdict() for version in studio.room(document).session.versions()]

    @found.get("/api/documents/{document}/versions/{revision}")
    async def _version(document: str, revision: int) -> Response:
        return Response(studio.room(document).session.text(revision), media_type="application/json")

    @found.post("/api/documents/{document}/versions/{revision}/name")
    async def _name(document: str, revision: int, naming: Naming) -> None:
        studio.room(document).session.name_version(revision, naming.name)

    @found.post("/api/documents/{document}/versions/{revision}/restore")
    async def _restore(request: Request, document: str, revision: int) -> None:
        room = studio.room(document)
        studio.took(room, room.session.restore(revision, author_of(request.scope)))

    return found
