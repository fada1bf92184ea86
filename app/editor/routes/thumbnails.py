"""What the examples give, small; the pictures come with Noiseloom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from graphs.home import assets_folder
from graphs.opening import example_names

if TYPE_CHECKING:
    from app.editor.studio import Studio


def router(_: Studio) -> APIRouter:
    """`GET /thumbnails/EXAMPLE.webp`."""
    found = APIRouter()
    folder = assets_folder() / "pictures" / "examples"
    known = {f"{name}.webp": folder / f"{name}.webp" for name in example_names()}

    @found.get("/thumbnails/{name}")
    async def _thumbnail(name: str) -> Response:
        place = known.get(name)
        if place is None or not place.is_file():
            return Response(status_code=404)
        return FileResponse(place, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})

    return found
