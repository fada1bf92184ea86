"""`noiseloom edit`: start the editor, or open the one that runs already."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from app.editor.browsers import forget_link, open_browser
from app.editor.options import Builder, Options
from app.editor.ports import DEFAULT_PORT, listen, port_of
from app.editor.running_editor import Invitation, announced, ask_running
from app.editor.secrets_folder import cookie_secret, editor_folder
from app.editor.tokens import Tokens
from graphs.errors import InputError

FILES = (".json", ".png", ".zip")
"""What a graph is a file by."""


def edit(
    graph: str | None,
    options: Options,
    *,
    port: int | None,
    browser: bool,
    tell: Callable[[str], None],
    builder: Builder | None = None,
) -> None:
    """Open the editor with a graph, and serve it until Ctrl-C; where one runs already, that one opens the graph.

    `InputError` where the graph cannot be opened, or another program has the port that was asked for.
    """
    wanted, folder = wanted_graph(graph), editor_folder()
    if _invited(folder, wanted, browser, tell):
        return
    try:
        listening = listen(port)
    except InputError:
        if _invited(folder, wanted, browser, tell):  # it was started a moment ago
            return
        raise
    with ExitStack() as ending:
        ending.callback(listening.close)
        ending.callback(forget_link, folder)
        found = port_of(listening)
        if port is None and found != DEFAULT_PORT:
            tell(f"port {DEFAULT_PORT} is taken by another program: using {found}")
        control = ending.enter_context(announced(folder, found))
        tokens = Tokens(cookie_secret(folder), found)
        _serve(listening, tokens, control, folder, wanted, options, browser, tell, builder)
        tell("the editor has ended; every change is saved")


def wanted_graph(graph: str | None) -> str | None:
    """The graph as the editor may be told it, wherever that runs: a file by its whole path, anything else by name."""
    if graph is None:
        return None
    path = Path(graph).expanduser()
    if path.is_file():
        return str(path.resolve())
    if path.suffix.lower() in FILES and len(path.parts) > 1:
        raise InputError("there is no such file", where=graph, mend="name a file, or an example as digits")
    return graph


def _invited(folder: Path, graph: str | None, browser: bool, tell: Callable[[str], None]) -> bool:
    invitation = ask_running(folder, graph)
    if invitation is None:
        return False
    tell(f"the editor runs already: {invitation.link}")
    if browser:
        open_browser(invitation.link, folder)
    return True


def _serve(
    listening: socket.socket,
    tokens: Tokens,
    secret: bytes,
    folder: Path,
    graph: str | None,
    options: Options,
    browser: bool,
    tell: Callable[[str], None],
    builder: Builder | None,
) -> None:
    from app.editor.lean import lean_imports

    with lean_imports(folder):  # while browsers and other commands that ask already wait at the socket
        from app.editor.server import guarded, serve

        built = (builder or _usual_builder())(options, tokens)
    app = guarded(built, tokens, secret)
    invitation = Invitation(tokens.port, tokens.new_link(built.place_of(graph)))
    tell(f"the editor is at {invitation.link}\n(the link works once; noiseloom edit gives another; Ctrl-C ends it)")
    if browser:
        open_browser(invitation.link, folder)
    with suppress(KeyboardInterrupt):
        serve(app, listening)


def _usual_builder() -> Builder:
    from app.editor.assembling import build  # slow: all of NiceGUI

    return build
