"""The port that the editor listens at: on this machine only."""

from __future__ import annotations

import errno
import os
import socket

from graphs.errors import InputError

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8642
TRIES = 50
WAITING = 128


def listen(port: int | None) -> socket.socket:
    """A socket that listens at that port; of no port in particular: at the usual one, or the next that is free."""
    if port is not None:
        found = _listen_at(port)
        if found is None:
            mend = "choose another --port, or leave it out and the next free one is taken"
            raise InputError("another program uses this port", where="--port", given=str(port), mend=mend)
        return found
    for wanted in (*range(DEFAULT_PORT, DEFAULT_PORT + TRIES), 0):
        found = _listen_at(wanted)
        if found is not None:
            return found
    raise InputError("there is no free port", mend="end a program that listens at one")


def port_of(listening: socket.socket) -> int:
    """The port that a socket listens at."""
    port: int = listening.getsockname()[1]
    return port


def _listen_at(port: int) -> socket.socket | None:
    """A socket that listens there; None where another does."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would let two programs share a port
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((ADDRESS, port))
        made.listen(WAITING)
    except OverflowError as error:
        made.close()
        raise InputError("there is no such port", where="--port", given=str(port), allowed="1 to 65535") from error
    except OSError as error:
        made.close()
        if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEACCES", errno.EADDRINUSE)):
            return None
        given = f"{port}: {error.strerror}"
        raise InputError(
            "the editor cannot listen there", where="--port", given=given, mend="choose another"
        ) from error
    return made
