"""The parts of the editor, put together."""

from __future__ import annotations

from fastapi import FastAPI
from nicegui import ui

from app.editor.options import Built, Options
from app.editor.tokens import Tokens


def build(options: Options, tokens: Tokens) -> Built:  # noqa: ARG001 - what any builder is given
    """The editor's application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @ui.page("/")
    def _start() -> None:
        ui.label("Noiseloom")

    ui.run_with(app, title="Noiseloom", tailwind=False, show_welcome_message=False, binding_refresh_interval=None)
    return Built(app, lambda _: "/")
