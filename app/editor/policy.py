"""What a browser may do with our answers: the headers on each of them, and the scripts that a page may run."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import MutableHeaders

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), midi=(), payment=()",
}

SCRIPT = re.compile(rb"<script(?=[\s>])(?P<inside>[^>]*>.*?</script\s*>)", re.DOTALL | re.IGNORECASE)
"""A script with all that is in it, so that what only looks like a tag in its text is passed over."""


def content_policy(nonce: str = "") -> str:
    """The content security policy of an answer: scripts of ours, and those of the page with this nonce."""
    own = f" 'nonce-{nonce}'" if nonce else ""
    rules = {
        "default-src": "'none'",
        "script-src": f"'self'{own}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "media-src": "'self' blob:",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "frame-src": "'none'",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def new_nonce() -> str:
    """A word that marks the scripts of one answer."""
    return secrets.token_urlsafe(18)


def marked(page: bytes, nonce: str) -> bytes:
    """The page with the nonce on its scripts."""
    return SCRIPT.sub(lambda found: b'<script nonce="' + nonce.encode() + b'"' + found["inside"], page)


def protect(headers: MutableHeaders, nonce: str = "") -> None:
    """Put the security headers on an answer."""
    for name, value in HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = content_policy(nonce)
    if "cache-control" not in headers:
        headers["Cache-Control"] = "no-store"
