"""Documents as files: JSON, a Python script, a pack."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from app.editor.documents.exporting import export_json, export_pack, export_python
from graphs.errors import InputError

if TYPE_CHECKING:
    from app.editor.studio import Studio


def router(studio: Studio) -> APIRouter:
    """`GET /api/documents/ID/export.json`, `.py` or `.zip`."""
    found = APIRouter()
    uses = studio.runs.desk.settings

    @found.get("/api/documents/{document}/export.{kind}")
    async def _export(document: str, kind: str) -> Response:
        room = studio.room(document)
        session, place = room.session, room.session.place
        match kind:
            case "json":
                return _file(export_json(session), "application/json", f"{place.stem}.json")
            case "py":
                studio.save(room)
                script = await asyncio.to_thread(
                    export_python, place, nodes=uses.nodes, plugins=uses.plugins, readable=uses.readable
                )
                return _file(script, "text/x-python", f"{place.stem}.py")
            case "zip":
                pack = await asyncio.to_thread(export_pack, session.document, place, studio.catalogue, uses.readable)
                return _file(pack, "application/zip", f"{place.stem}.zip")
            case _:
                raise InputError(f"a graph is not exported as '{kind}'", allowed="json, py, zip")

    return found


def _file(body: bytes, kind: str, name: str) -> Response:
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in name
    )
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{plain}"'})
