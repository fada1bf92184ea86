"""An old graph opens: earlier type ids, other spellings and older versions of node types are brought up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType
from graphs.document.model import Document, Node, Subgraph, join
from graphs.faults import Code, Fault
from graphs.naming import parse_reference

L = TypeVar("L", Document, Subgraph)


@dataclass
class Upgrade:
    """What was changed, in words, and what could not be."""

    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Present(NamedTuple):
    """What tells that a node of a type needs no change; a type that nobody knows never does."""

    known: bool = False
    renamed: bool = False
    version: int = 1
    spellings: frozenset[str] = frozenset()

    @classmethod
    def of(cls, name: str, catalogue: Catalogue) -> _Present:
        """What holds for the nodes of this type."""
        record = catalogue.find(name)
        if record is None:
            return cls()
        spellings = frozenset(other for parameter in record.parameters for other in parameter.also)
        return cls(True, record.id != name, record.version, spellings)

    def fits(self, node: Node) -> bool:
        """Whether the node is of today."""
        if not self.known:
            return True
        if self.renamed or node.version != self.version:
            return False
        return self.spellings.isdisjoint(node.params) and self.spellings.isdisjoint(node.inputs)


def upgrade(document: Document, catalogue: Catalogue) -> tuple[Document, Upgrade]:
    """The document in today's terms; a node that cannot be upgraded stays as it is, with a fault."""
    report = Upgrade()
    return _level(document, "", catalogue, report), report


def _level(level: L, path: str, catalogue: Catalogue, report: Upgrade) -> L:
    present = {name: _Present.of(name, catalogue) for name in {node.type for node in level.nodes.values()}}
    changed = {
        name: _node(node, join(path, name), catalogue, report)
        for name, node in level.nodes.items()
        if node.graph is not None or not present[node.type].fits(node)
    }
    nodes = {**level.nodes, **changed}
    update: dict[str, object] = {}
    if any(node is not level.nodes[name] for name, node in changed.items()):
        update["nodes"] = nodes
    if isinstance(level, Subgraph):
        inputs = {
            name: tuple(_target(target, nodes, catalogue) for target in targets)
            for name, targets in level.inputs.items()
        }
        update |= {"inputs": inputs} if inputs != level.inputs else {}
    return level.model_copy(update=update) if update else level


def _target(target: str, nodes: Mapping[str, Node], catalogue: Catalogue) -> str:
    """What a subgraph's input feeds, the parameter under its own name."""
    reference = parse_reference(target)
    node = nodes.get(reference.node) if reference else None
    record = catalogue.find(node.type) if node else None
    if reference is None or reference.port is None or record is None:
        return target
    parameter = record.parameter(reference.port)
    return f"{reference.node}.{parameter.name}" if parameter else target


def _node(node: Node, place: str, catalogue: Catalogue, report: Upgrade) -> Node:
    if node.graph is not None:
        inner = _level(node.graph, place, catalogue, report)
        return node if inner is node.graph else node.model_copy(update={"graph": inner})
    record = catalogue.find(node.type)
    if record is None:
        return node
    if node.type != record.id:
        report.notes.append(f"{place}: {node.type} is called {record.id} now")
        node = node.model_copy(update={"type": record.id})
    if node.version > record.version:
        message, mend = f"the node was saved by a newer {record.id}", "install a newer Noiseloom or a newer plug-in"
        given, allowed = f"version {node.version}", f"up to {record.version}"
        report.faults.append(
            Fault(code=Code.NEWER_NODE, node=place, message=message, given=given, allowed=allowed, mend=mend)
        )
        return node
    return _spelled(_migrated(node, place, record, catalogue, report), place, record, report)


def _migrated(node: Node, place: str, record: NodeType, catalogue: Catalogue, report: Upgrade) -> Node:
    if node.version == record.version:
        return node
    changed = node
    for version in range(node.version, record.version):
        try:
            migrations = catalogue.function(record.id).migrations
            changed = Node.model_validate(migrations[version](changed)).model_copy(update={"version": version + 1})
        except Exception as error:  # noqa: BLE001 - a migration of a plug-in may raise anything
            message = f"the migration of {record.id} from version {version} failed: {type(error).__name__}: {error}"
            report.faults.append(Fault(code=Code.BAD_MIGRATION, node=place, message=message, mend="mend the migration"))
            return node
    report.notes.append(f"{place}: brought from version {node.version} of {record.id} to {record.version}")
    return changed


def _spelled(node: Node, place: str, record: NodeType, report: Upgrade) -> Node:
    """Parameters under their own names."""
    names: dict[str, str] = {}
    for name in (*node.params, *node.inputs):
        parameter = record.parameter(name)
        if parameter and parameter.name not in {*node.params, *node.inputs, *names.values()}:
            names[name] = parameter.name
            report.notes.append(f"{place}: '{name}' is called '{parameter.name}'")
    if not names:
        return node
    params = {names.get(name, name): value for name, value in node.params.items()}
    inputs = {names.get(name, name): value for name, value in node.inputs.items()}
    return node.model_copy(update={"params": params, "inputs": inputs})
