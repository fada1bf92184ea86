"""What a node shows while it works, as a view; a value that cannot be drawn is not shown, and stops nothing."""

from __future__ import annotations

from app.editor.engine.drawing import Drawn


def drawn_preview(value: object) -> Drawn | None:
    """A value at a glance."""
    from app.editor.engine.views.choosing import small_view  # imports torch

    try:
        return small_view(value)
    except Exception:  # noqa: BLE001 - a value of a plug-in may raise anything
        return None
