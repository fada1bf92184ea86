"""What the gate looks at in a request: where it was sent, from where, as whom."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine; a name that was made to point here is none of them."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""

PAGE_TOKEN_HEADER = "X-Noiseloom-Token"  # noqa: S105 - the header's name


@dataclass(frozen=True)
class Asking:
    """One request, or one wish for a WebSocket."""

    scope: Scope

    @property
    def headers(self) -> Headers:
        """The headers, by names in any case."""
        return Headers(scope=self.scope)

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return str(self.scope["path"])

    @property
    def is_socket(self) -> bool:
        """Whether a WebSocket is wished for."""
        return str(self.scope["type"]) == "websocket"

    @property
    def method(self) -> str:
        """The HTTP method; a WebSocket begins with GET."""
        return "GET" if self.is_socket else str(self.scope["method"])

    @property
    def changes(self) -> bool:
        """Whether the method may change something."""
        return self.method not in SAFE_METHODS

    @property
    def is_navigation(self) -> bool:
        """Whether a person went to the page, by a link or the address bar: not a frame, picture or script."""
        told = (self.headers.get("sec-fetch-mode"), self.headers.get("sec-fetch-dest"))
        return self.method == "GET" and not self.is_socket and told == ("navigate", "document")

    @property
    def wants_page(self) -> bool:
        """Whether the answer is for a person to read."""
        return not self.is_socket and "text/html" in self.headers.get("accept", "")

    def query(self, name: str) -> str:
        """A value of the query, empty where there is none."""
        given = parse_qs(bytes(self.scope.get("query_string", b"")).decode("latin-1"))
        return given.get(name, [""])[0]

    def cookie(self, name: str) -> str:
        """A cookie, empty where there is none."""
        jar: SimpleCookie = SimpleCookie()
        for part in ";".join(self.headers.getlist("cookie")).split(";"):
            if part.strip().startswith(f"{name}="):  # the others are not ours, and may be malformed
                try:
                    jar.load(part.strip())
                except CookieError:
                    return ""
        return jar[name].value if name in jar else ""

    def host_trouble(self) -> str:
        """Why the request was not meant for this machine; empty where it was."""
        hosts = self.headers.getlist("host")
        name, _, port = hosts[0].rpartition(":") if len(hosts) == 1 and has_port(hosts[0]) else ("".join(hosts), "", "")
        if len(hosts) != 1 or name.lower() not in HOSTS or (port and not (port.isascii() and port.isdigit())):
            return f"the editor answers only to {', '.join(HOSTS)}"
        return ""

    def origin_trouble(self) -> str:
        """Why the page that asks is a stranger's; empty where it is ours, or no page."""
        host = self.headers.get("host", "").lower()
        if any(origin.lower() != f"http://{host}" for origin in self.headers.getlist("origin")):
            return "another page asked for this"
        if self.headers.get("sec-fetch-site", "none") in ("none", "same-origin") or self.is_navigation:
            return ""
        return "another site asked for this"


def has_port(host: str) -> bool:
    """Whether a host is followed by a port; the colons of a bare IPv6 address lie in brackets."""
    return ":" in host.rpartition("]")[2]
