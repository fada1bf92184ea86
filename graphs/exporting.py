"""A graph as a plain Python script: one call for each node, in an order in which they can run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graphs.catalogue.catalogue import Catalogue
from graphs.checking.check import require_sound
from graphs.checking.whole import targets, upstream
from graphs.document.model import Document
from graphs.errors import InputError
from graphs.files import Places
from graphs.flattening import Flat, flatten
from graphs.manifest import versions
from graphs.opening import Opened
from graphs.script_nodes import ScriptNodes
from graphs.script_text import WIDTH, visible, wrapped
from graphs.sweeps import is_sweep

PRAGMA = re.compile(r"(fmt|isort|mypy|noqa|pylint|pyright|ruff|type|yapf)\b")
"""How a comment begins that may tell a tool something."""

USE = "Run it with Python: the results go into the folder that is named as its argument, or else into `out`."


def export(opened: Opened, catalogue: Catalogue) -> str:
    """The script of a graph as it was opened. Imports the nodes and runs none.

    `GraphError` with every fault that stops a run; `InputError` where a sweep stands in it.
    """
    require_sound(opened, catalogue)
    nodes = flatten(opened.document)
    wanted = targets(nodes, catalogue)
    _refuse_sweeps(nodes, wanted)
    return script_of(nodes, wanted, catalogue, opened.document, opened.files)


def script_of(nodes: Flat, wanted: Sequence[str], catalogue: Catalogue, document: Document, files: Places) -> str:
    """The script that makes and saves the wanted nodes; of the document it takes the name and the notes."""
    order = _order(nodes, wanted)
    script = ScriptNodes({place: nodes[place] for place in order}, catalogue, files)
    calls = [line for place in order for line in script.call_lines(place)]
    saves = [line for place in wanted for line in script.save_lines(place)]
    blocks = [_docstring(document), *_comments(document), *script.import_blocks(), script.setup_lines(), calls, saves]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _refuse_sweeps(nodes: Flat, wanted: Sequence[str]) -> None:
    for place in sorted(upstream(nodes, list(wanted))):
        for name, literal in nodes[place].params.items():
            if is_sweep(literal):
                raise InputError("a sweep cannot be exported yet", where=f"{place}.{name}", mend="give one value")


def _order(nodes: Flat, wanted: Sequence[str]) -> list[str]:
    """The nodes that the wanted ones need, each after those that it needs itself; always the same."""
    import networkx as nx  # the other doors start without it

    needed = sorted(upstream(nodes, list(wanted)))
    wires: nx.DiGraph[str] = nx.DiGraph()
    wires.add_nodes_from(needed)
    for place in needed:
        wires.add_edges_from((source, place) for found in nodes[place].sources.values() for source, _ in found)
    return list(nx.lexicographical_topological_sort(wires))


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
