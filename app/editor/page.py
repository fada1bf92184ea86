"""The one page: NiceGUI puts our element on it, and it comes with everything that the first view needs."""

from __future__ import annotations

import json
from pathlib import Path

from nicegui import ui
from pydantic import JsonValue

from graphs.errors import NoiseloomError

BUNDLE = Path(__file__).parent / "dist" / "index.js"

MOUNTED = "editor.js"

HEAD = """
<style>
  html, body, #app { height: 100%; margin: 0; background: #14161c; overflow: hidden; }
  .nicegui-content { padding: 0; gap: 0; height: 100%; display: block; }
  .nicegui-error-popup { display: none !important; }
</style>
"""


class EditorElement(ui.element, component=MOUNTED, esm={"noiseloom-editor": "dist"}):
    """The editor's front end. It has no props: what it starts with stands in the page, all else comes by its socket."""


def show(start: dict[str, JsonValue], title: str) -> None:
    """Fill the page that is being built."""
    if not BUNDLE.is_file():
        message = "the editor's front end is not built"
        raise NoiseloomError(f"{message}: run `pip install --editable .` again, or `npm run build` in app/frontend")
    ui.page_title(title)
    ui.add_head_html(HEAD)
    ui.add_head_html(f'<script type="application/json" id="noiseloom-start">{inert(start)}</script>')
    EditorElement()


def inert(value: JsonValue) -> str:
    """JSON that no parser of HTML takes for markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
