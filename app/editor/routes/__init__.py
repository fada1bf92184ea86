"""What the editor answers over HTTP, a file a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.editor.routes import documents, exports, files, gallery, media, node_help, queue, thumbnails, versions

if TYPE_CHECKING:
    from fastapi import APIRouter

    from app.editor.studio import Studio

TOPICS = (documents, exports, files, gallery, media, node_help, queue, thumbnails, versions)


def routers(studio: Studio) -> list[APIRouter]:
    """All of them."""
    return [topic.router(studio) for topic in TOPICS]
