"""Who made an edit."""

from __future__ import annotations

import hashlib

from starlette.types import Scope

from app.editor.gate import session_of


def author_of(scope: Scope) -> str:
    """Who a browser is in the history of a document; not its session, which is a secret."""
    return hashlib.blake2b(session_of(scope).encode(), digest_size=6).hexdigest()
