"""Files of the workspace that a graph may name, and uploads into it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from pydantic import JsonValue

from app.editor.picking import files_in_workspace
from app.editor.uploads import accept
from graphs.home import assets_folder

if TYPE_CHECKING:
    from app.editor.studio import Studio

WEIGHTS = (".safetensors",)
"""What of the assets a graph may want, where it does not say."""


def router(studio: Studio) -> APIRouter:
    """`GET` and `POST /api/files`."""
    found = APIRouter()
    folder = studio.library.workspace.folder

    @found.get("/api/files")
    async def _list(suffixes: str = "") -> dict[str, JsonValue]:
        wanted = tuple(suffix for suffix in suffixes.split(",") if suffix)
        mine = await asyncio.to_thread(files_in_workspace, folder, wanted)
        ours = await asyncio.to_thread(files_in_workspace, assets_folder(), wanted or WEIGHTS)
        return {"files": [{"path": path} for path in mine], "assets": [*ours]}

    @found.post("/api/files")
    async def _upload(request: Request, name: str) -> dict[str, JsonValue]:
        upload = await asyncio.to_thread(accept, folder, name, await request.body())
        return {"path": upload.name}

    return found
