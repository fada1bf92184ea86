"""The help of node types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.editor.help import help_html
from graphs.errors import InputError
from graphs.naming import suggestion

if TYPE_CHECKING:
    from app.editor.studio import Studio


def router(studio: Studio) -> APIRouter:
    """`GET /api/help/TYPE`."""
    found = APIRouter()

    @found.get("/api/help/{name}")
    async def _help(name: str) -> HTMLResponse:
        record = studio.catalogue.find(name)
        if record is None:
            raise InputError("there is no such node type", where=name, mend=suggestion(name, studio.catalogue.nodes))
        return HTMLResponse(help_html(record))

    return found
