"""Where the engine process begins. The server imports this to name it, so nothing heavy is imported here."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection

from app.editor.engine.messages import Settings

NICENESS = 10
"""By how much the engine yields to the server; what it starts to compute yields to both."""


def serve(connection: Connection, settings: Settings) -> None:
    """What the engine process does, until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server to hear
    sys.stdout = sys.stderr  # what a node prints is no answer of the command
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    from app.editor.engine.office import Office

    Office(connection, settings).run()
