"""The one page: NiceGUI puts our element on it, and it comes with everything that the first view needs."""

from __future__ import annotations

import json
from pathlib import Path

from nicegui import __version__, ui
from nicegui.dependencies import esm_modules
from pydantic import JsonValue

from graphs.errors import NoiseloomError

BUNDLE = Path(__file__).parent / "dist" / "index.js"

MOUNTED = "editor.js"

MODULE = "noiseloom-editor"

HEAD = """
<style>
  html, body { height: 100%; margin: 0; background: #14161c; overflow: hidden; }
  #noiseloom { position: fixed; inset: 0; }
  #app { display: none; }
  .nicegui-error-popup, .q-loading-bar { display: none !important; }
</style>
"""

BODY = f"""
<div id="noiseloom"></div>
<script type="module" async>import {{ begin }} from "{MODULE}"; begin();</script>
"""
"""The editor begins as soon as its own bundle is there: Quasar and NiceGUI's client arrive after it."""


class EditorElement(ui.element, component=MOUNTED, esm={MODULE: "dist"}):
    """The editor's front end. It has no props: what it starts with stands in the page, all else comes by its socket."""


def bundle_address() -> str:
    """Where the page's import map finds the bundle."""
    key = next(key for key, module in esm_modules.items() if module.name == MODULE)
    return f"/_nicegui/{__version__}/esm/{key}/index.js"


def show(start: dict[str, JsonValue], title: str) -> None:
    """Fill the page that is being built."""
    if not BUNDLE.is_file():
        message = "the editor's front end is not built"
        raise NoiseloomError(f"{message}: run `pip install --editable .` again, or `npm run build` in app/frontend")
    ui.page_title(title)
    ui.add_head_html(f'{HEAD}<link rel="modulepreload" href="{bundle_address()}">')
    ui.add_head_html(f'<script type="application/json" id="noiseloom-start">{inert(start)}</script>')
    ui.add_body_html(BODY)
    EditorElement()


def inert(value: JsonValue) -> str:
    """JSON that no parser of HTML takes for markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
