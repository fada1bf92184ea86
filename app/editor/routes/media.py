"""Pictures and plots, under the digests of their content."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from app.editor.runs.media import content_type

if TYPE_CHECKING:
    from app.editor.studio import Studio

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def router(studio: Studio) -> APIRouter:
    """`GET /media/HASH.ext`."""
    found = APIRouter()

    @found.get("/media/{name}")
    async def _media(name: str) -> Response:
        content = studio.runs.media.find(name)
        if isinstance(content, Path):
            content = await asyncio.to_thread(content.read_bytes)
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type=content_type(name), headers=FOREVER)

    return found
