"""Editors that start at once, to be killed: `python -m tests.browser.nursery`.

It prints its port and the id of a document. For each line on its input it makes a child that serves the editor,
without an engine, and prints the child's process id; the child before must have been killed.
"""

from __future__ import annotations

import os
import sys

from app.editor.documents.library import Library
from app.editor.options import Built
from app.editor.ports import listen, port_of
from app.editor.runs.runs import Runs
from app.editor.secrets_folder import cookie_secret, editor_folder
from app.editor.server import guarded, serve
from app.editor.serving import application
from app.editor.studio import Studio
from app.editor.tokens import Tokens
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from tests.browser.serving import free_port


class Still(Runs):
    """Runs that never begin: fifty engines would cost minutes."""

    async def start(self) -> None:
        """Start nothing."""


def studio(catalogue: Catalogue) -> Studio:
    """The editor's parts, as `assembling` makes them."""
    return Studio(catalogue, Library(catalogue=catalogue), lambda hear: Still(hear=hear))


def main() -> None:
    """Serve, child after child, on one socket: who connects between two of them waits for the next."""
    catalogue, secret = read_catalogue((), plugins=False), cookie_secret(editor_folder())
    listening = listen(free_port())
    port = port_of(listening)
    library = Library()
    document = library.create("graph").id
    library.close()
    print(port, document, flush=True)
    child = 0
    for _ in sys.stdin:
        if child:
            os.waitpid(child, 0)
        child = os.fork()
        if child == 0:
            tokens = Tokens(secret, port)
            app = application(studio(catalogue), tokens)
            serve(guarded(Built(app, lambda _: "/"), tokens, secret), listening)
            os._exit(3)
        print(child, flush=True)


if __name__ == "__main__":
    main()
