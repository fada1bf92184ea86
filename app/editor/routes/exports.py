"""Documents as files: JSON, a Python script, a pack."""

from __future__ import annotations

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

    @found.get("/api/documents/{document}/export.{kind}")
    async def _export(document: str, kind: str) -> Response:
        session = studio.room(document).session
        match kind:
            case "json":
                return _file(export_json(session), "application/json", f"{session.place.stem}.json")
            case "py":
                return _file(export_python(session), "text/x-python", f"{session.place.stem}.py")
            case "zip":
                return _file(export_pack(session, studio.catalogue), "application/zip", f"{session.place.stem}.zip")
            case _:
                raise InputError(f"a graph is not exported as '{kind}'", allowed="json, py, zip")

    return found


def _file(body: bytes, kind: str, name: str) -> Response:
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in name
    )
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{plain}"'})
