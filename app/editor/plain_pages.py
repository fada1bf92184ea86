"""The pages without the editor: not signed in, a link that was used, a request that is refused."""

from __future__ import annotations

import html
import json

STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.6 system-ui, sans-serif;
  background: light-dark(#f6f6f4, #16171b); color: light-dark(#22242a, #e4e5e9); }
main { max-width: 34rem; padding: 2.5rem; }
h1 { font-size: 1.35rem; font-weight: 600; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; color: light-dark(#4c505b, #a9adb9); }
code { font: .92em ui-monospace, monospace; padding: .15em .45em; border-radius: .35em;
  background: light-dark(#e8e8e4, #25272e); color: light-dark(#22242a, #e4e5e9); }
"""

NEW_LINK = "Run <code>noiseloom edit</code> in a terminal again: it finds this editor and opens it with a new link."


def not_signed_in() -> str:
    """For a browser without our cookie."""
    text = "Only the person who started this editor can see it, and this browser has not been signed in."
    return plain_page("You are not signed in", f"<p>{text}</p><p>{NEW_LINK}</p>")


def link_used() -> str:
    """For a link that signs nobody in any more."""
    text = "A link to the editor works once and for an hour. This one was used before, or is too old."
    return plain_page("This link does not work any more", f"<p>{text}</p><p>{NEW_LINK}</p>")


def refused(reason: str) -> str:
    """For a request that the gate does not let through."""
    return plain_page("The editor refused this", f"<p>{html.escape(reason).capitalize()}.</p>")


def forward(place: str) -> str:
    """Goes on to a page by itself; a step of our own, after which the browser sends our cookie."""
    target = html.escape(place, quote=True)
    head = f'<meta http-equiv="refresh" content="0;url={target}">'
    return plain_page("Opening the editor …", f'<p><a href="{target}">Go on</a></p>', head)


def plain_page(title: str, body: str, head: str = "") -> str:
    """A page of a few words."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Noiseloom</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}<style>{STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )


def as_json(message: str) -> bytes:
    """The same for a program: what `fetch` in our page gets."""
    return json.dumps({"error": {"message": message}}).encode()
