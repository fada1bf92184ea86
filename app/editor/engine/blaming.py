"""A failure as a card shows it: what is wrong, how it is mended, and at which port."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.editor.engine.messages import Told
from graphs.running.events import Failed

_PART = re.compile(r"^  (given|allowed|mend): (.*)$")


def error_of(failed: Failed, ports: Collection[str] = ()) -> Told:
    """The failure as JSON; `ports` are the ports and parameters of the node, of which one may be named in it."""
    lines: list[str] = []
    parts: dict[str, str] = {}
    for line in failed.message.splitlines():
        found = _PART.match(line)
        if found is None:
            lines.append(line)
        else:
            parts.setdefault(found[1], found[2])
    where, colon, rest = lines[0].partition(": ") if lines else ("", "", "")
    port = _port(where, ports) if colon else ""
    message = "\n".join([rest, *lines[1:]]) if port else "\n".join(lines)
    return {
        "message": message,
        "given": parts.get("given", ""),
        "allowed": parts.get("allowed", ""),
        "mend": parts.get("mend", ""),
        "port": port or _quoted(message, ports),
        "inputs": dict(failed.inputs),
        "traceback": failed.traceback,
        "of_input": failed.fault_of_input,
    }


def _port(where: str, ports: Collection[str]) -> str:
    """The port that the place of an error names: `sample`, or `node.sample`."""
    last = re.split(r"[\[ ]", where.rpartition(".")[2], maxsplit=1)[0]
    return last if last in ports else ""


def _quoted(message: str, ports: Collection[str]) -> str:
    """The port that a message names in quotes."""
    return next((name for name in re.findall(r"['`]([a-z][a-z0-9_]*)['`]", message) if name in ports), "")
