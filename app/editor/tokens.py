"""Who may talk to the editor: one-time links, signed sessions, and the token a page sends with every change."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LINK_SECONDS = 3600
"""How long a link may wait for its first use."""

SESSION_SECONDS = 30 * 24 * 3600
"""How long a browser stays signed in."""

MOST_LINKS = 100
"""Links that wait at the most; the oldest is let go for a new one."""


@dataclass(frozen=True)
class Link:
    """Where a link leads, and until when."""

    place: str
    ends: float


@dataclass
class Tokens:
    """The tokens of the editor at one port; all but the links follow from a secret, so a restart keeps them."""

    secret: bytes
    port: int
    clock: Callable[[], float] = time.time
    _links: dict[str, Link] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers keep one jar for all ports of a host."""
        return f"noiseloom-{self.port}"

    def new_link(self, place: str = "/") -> str:
        """A token that signs one browser in, once, and shows it that page."""
        while len(self._links) >= MOST_LINKS:
            del self._links[next(iter(self._links))]
        token = secrets.token_urlsafe(32)
        self._links[token] = Link(place, self.clock() + LINK_SECONDS)
        return token

    def redeem(self, token: str) -> str | None:
        """Where the link leads; None where it was used, is too old or never was."""
        found = [known for known in self._links if same(known, token)]
        if not found:
            return None
        link = self._links.pop(found[0])
        return link.place if self.clock() < link.ends else None

    def new_session(self) -> str:
        """The value of a cookie that signs a browser in."""
        session = f"{secrets.token_urlsafe(18)}.{int(self.clock()) + SESSION_SECONDS}"
        return f"{session}.{self._sign('session', session)}"

    def session_of(self, cookie: str) -> str | None:
        """The session that a cookie stands for; None where it is not ours or too old."""
        session, _, signature = cookie.rpartition(".")
        if not same(signature, self._sign("session", session)):
            return None
        return session if self.clock() < int(session.rpartition(".")[2]) else None

    def page_token(self, session: str) -> str:
        """What a page of this session sends in a header with every change."""
        return self._sign("page", session)

    def is_page_token(self, session: str, given: str) -> bool:
        """Whether a page of this session sent it."""
        return same(given, self.page_token(session))

    def _sign(self, purpose: str, text: str) -> str:
        return sign(self.secret, purpose, str(self.port), text)


def sign(secret: bytes, *texts: str) -> str:
    """A keyed digest of the texts, each set apart from the next."""
    message = b"".join(len(text.encode()).to_bytes(8, "big") + text.encode() for text in texts)
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def same(first: str, second: str) -> bool:
    """Whether two tokens are equal, in a time that does not tell where they differ."""
    return secrets.compare_digest(first.encode("utf-8", "replace"), second.encode("utf-8", "replace"))
