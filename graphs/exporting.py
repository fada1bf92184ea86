"""A graph as a plain Python script: one call for each node, in an order in which they can run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.check import require_sound
from graphs.checking.whole import upstream
from graphs.document.model import Document
from graphs.files import Places
from graphs.manifest import versions
from graphs.opening import Opened
from graphs.running.compiling import order
from graphs.running.expanding import Expanded, expand
from graphs.script_nodes import ScriptNodes
from graphs.script_text import WIDTH, visible, wrapped

PRAGMA = re.compile(r"(fmt|isort|mypy|noqa|pylint|pyright|ruff|type|yapf)\b")
"""How a comment begins that may tell a tool something."""

USE = "Run it with Python: the results go into the folder that is named as its argument, or else into `out`."


def export(opened: Opened, catalogue: Catalogue) -> str:
    """The script of a graph as it was opened, its sweeps opened, too. Imports the nodes and runs none.

    `GraphError` with every fault that stops a run.
    """
    sound = require_sound(opened, catalogue)
    needed = upstream(sound.flat, list(sound.targets))
    expanded = expand(sound.flat, sound.targets, needed, catalogue)
    return script_of(expanded, opened.document, opened.files)


def script_of(expanded: Expanded, document: Document, files: Places) -> str:
    """The script that makes and saves what is wanted; of the document it takes the name and the notes."""
    places = order(expanded.flat, sorted(expanded.targets))
    needed = set(places)
    nodes = {place: node for place, node in expanded.flat.items() if place in needed}
    script = ScriptNodes(nodes, expanded.catalogue, files)
    calls = [line for place in places for line in script.call_lines(place)]
    saves = [line for place in expanded.targets for line in script.save_lines(place)]
    blocks = [_docstring(document), *_comments(document), *script.import_blocks(), script.setup_lines(), calls, saves]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _docstring(document: Document) -> list[str]:
    name = " ".join(visible(document.name).split()).replace('"""', "'''")
    title = f"The graph “{name}”" if name else "A graph"
    found = [*wrapped(f"{title}, exported by Noiseloom {versions()['noiseloom']}.", WIDTH - 4), "", USE]
    raw = "r" if "\\" in name else ""
    return [f'{raw}"""{found[0]}', *found[1:], '"""']


def _comments(document: Document) -> Iterator[list[str]]:
    """The notes on the canvas, a block each."""
    for note in document.view.notes if document.view else ():
        text = note.get("text")
        if isinstance(text, str) and text.strip():
            yield [_comment(part) for line in text.strip().splitlines() for part in wrapped(visible(line), WIDTH - 4)]


def _comment(line: str) -> str:
    """A line of a note; one that a tool would obey is marked as quoted."""
    return f"# > {line}" if PRAGMA.match(line) else f"# {line}".rstrip()
