"""The queue of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from app.editor.studio import Studio


class Order(BaseModel):
    """What becomes of the queue: a job is taken out or put first, all are taken out, it is held up."""

    model_config = ConfigDict(extra="forbid")
    cancel: str | None = None
    cancel_all: bool = False
    front: str | None = None
    paused: bool | None = None


def router(studio: Studio) -> APIRouter:
    """`POST /api/queue`; how the queue stands is told to every page."""
    found = APIRouter()
    runs = studio.runs

    @found.post("/api/queue")
    async def _queue(order: Order) -> None:
        if order.cancel is not None:
            runs.queue.cancel(order.cancel)
        if order.cancel_all:
            runs.queue.cancel_all()
        if order.front is not None:
            runs.queue.to_front(order.front)
        if order.paused is not None:
            runs.queue.pause(paused=order.paused)

    return found
