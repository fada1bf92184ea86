"""`noiseloom edit` with one NiceGUI page in place of the editor."""

from __future__ import annotations

import sys

from app.editor import assembling
from app.editor.options import Built, Options
from app.editor.tokens import Tokens
from tests.app.editor.doors import place_of


def build(options: Options, tokens: Tokens) -> Built:
    """A page for each document."""
    from fastapi import FastAPI
    from nicegui import ui

    app = FastAPI()

    @ui.page("/d/{name}")
    def _document(name: str) -> None:
        ui.label(name)

    ui.run_with(app, tailwind=False, show_welcome_message=False)
    return Built(app, place_of)


def main() -> None:
    """Run the command with this application."""
    from app.command import main as noiseloom

    assembling.build = build
    sys.argv = ["noiseloom", "edit", *sys.argv[1:]]
    noiseloom()


if __name__ == "__main__":
    main()
