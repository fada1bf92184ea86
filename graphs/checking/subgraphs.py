"""Faults of a subgraph's interface: what its inputs feed and what its outputs give."""

from __future__ import annotations

from collections.abc import Iterator

from graphs.checking.wires import Known, Scope
from graphs.document.model import Subgraph, join
from graphs.faults import Code, Fault
from graphs.naming import parse_reference, suggestion


def interface_faults(place: str, graph: Subgraph, known: Known) -> Iterator[Fault]:
    """Every fault in `inputs` and `outputs` of a subgraph."""
    fed: set[str] = set()
    for name, targets in graph.inputs.items():
        if not targets:
            yield _fault(place, name, "the input feeds nothing", "name the ports that it feeds, or take it out")
        for target in targets:
            if target in fed:
                yield _fault(place, name, f"'{target}' is fed by two inputs", "let one input feed it")
            fed.add(target)
            yield from _target_faults(place, name, target, graph, known)
        signature = known[place]
        if signature is not None and name in signature.inputs and not signature.inputs[name].types:
            yield _fault(place, name, "it feeds ports of types that no wire fits together", "split it into two inputs")
    scope = Scope(place, graph, known)
    for name, text in graph.outputs.items():
        found = scope.output(text)
        if isinstance(found, Fault):
            yield found.model_copy(update={"node": place, "port": name})


def _target_faults(place: str, name: str, target: str, graph: Subgraph, known: Known) -> Iterator[Fault]:
    reference = parse_reference(target)
    if reference is None or reference.port is None:
        yield _fault(place, name, f"'{target}' names no inner port", 'write "node.port"')
        return
    if reference.node not in graph.nodes:
        mend = suggestion(reference.node, graph.nodes) or "name a node of the subgraph"
        yield _fault(place, name, f"there is no inner node '{reference.node}'", mend)
        return
    inner = known[join(place, reference.node)]
    if inner is not None and reference.port not in {**inner.inputs, **inner.parameters}:
        mend = suggestion(reference.port, [*inner.inputs, *inner.parameters]) or "name a port or a parameter of it"
        yield _fault(place, name, f"'{reference.node}' has no port '{reference.port}'", mend)
    node = graph.nodes[reference.node]
    if reference.port in node.inputs or reference.port in node.params:
        yield _fault(place, name, f"'{target}' is already wired or set inside", "take the inner value or the input out")


def _fault(place: str, name: str, message: str, mend: str) -> Fault:
    return Fault(code=Code.BAD_INTERFACE, node=place, port=name, message=message, mend=mend)
