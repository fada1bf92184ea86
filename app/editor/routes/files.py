"""Files of the workspace that a graph may name, and uploads into it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from pydantic import JsonValue

from app.editor.models import offered_models
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
    workspace = studio.library.workspace.folder

    @found.get("/api/files")
    async def _list(suffixes: str = "", folder: bool = False) -> dict[str, JsonValue]:
        wanted = tuple(suffix for suffix in suffixes.split(",") if suffix)
        mine = await asyncio.to_thread(files_in_workspace, workspace, wanted)
        ours = await asyncio.to_thread(files_in_workspace, assets_folder(), wanted or WEIGHTS)
        models: list[JsonValue] = []
        if folder or set(wanted) & set(WEIGHTS):
            models = await asyncio.to_thread(offered_models, wanted, folder=folder)
        return {"files": [{"path": path} for path in mine], "models": models, "assets": [*ours]}

    @found.post("/api/files")
    async def _upload(request: Request, name: str) -> dict[str, JsonValue]:
        upload = await asyncio.to_thread(accept, workspace, name, await request.body())
        return {"path": upload.name}

    return found
