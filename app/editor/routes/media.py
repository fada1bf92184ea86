"""Pictures and plots, under the digests of their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

if TYPE_CHECKING:
    from app.editor.studio import Studio

TYPES = {"png": "image/png", "jpg": "image/jpeg", "json": "application/json", "csv": "text/csv", "txt": "text/plain"}


def router(studio: Studio) -> APIRouter:
    """`GET /media/HASH.ext`."""
    found = APIRouter()

    @found.get("/media/{name}")
    async def _media(name: str) -> Response:
        content = studio.media.get(name)
        kind = TYPES.get(name.rpartition(".")[2])
        if content is None or kind is None:
            return Response(status_code=404)
        return Response(content, media_type=kind, headers={"Cache-Control": "private, max-age=31536000, immutable"})

    return found
