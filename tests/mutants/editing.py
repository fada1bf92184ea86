"""Errors in what the editor needs of a graph: nodes that are switched off, and edits of several steps."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SWITCHING = ("tests/graphs/test_switching.py",)
ENCLOSING = ("tests/graphs/document/composing/test_enclosing.py",)
DISSOLVING = ("tests/graphs/document/composing/test_dissolving.py",)
PASTING = ("tests/graphs/document/composing/test_pasting.py",)

MUTANTS = (
    Mutant(
        "graphs/switching.py",
        "set(port.types if brought is None else brought) <= set(output.types)",
        "True",
        SWITCHING + DISSOLVING,
        "a bypassed node leads through what does not fit",
    ),
    Mutant(
        "graphs/switching.py",
        "[port.name for port in signature.required]",
        "ports",
        SWITCHING,
        "an optional input that a muted node feeds silences its node",
    ),
    Mutant(
        "graphs/switching.py",
        "resting[user] = resting[cause]",
        "resting[user] = user",
        SWITCHING,
        "what rests does not say which muted node it rests for",
    ),
    Mutant(
        "graphs/flattening.py",
        "mode = opening.mode or node.mode",
        "mode = node.mode",
        SWITCHING,
        "a muted subgraph runs",
    ),
    Mutant(
        "graphs/document/operations.py",
        ", *_leave_groups(level, at, name)]",
        "]",
        ("tests/graphs/document/test_operations.py",),
        "a group lists a node that is gone",
    ),
    Mutant(
        "graphs/document/composing/enclosing.py",
        "return with_axes(node, place).model_copy(",
        "return node.model_copy(",
        ENCLOSING,
        "a sweep has another axis once it lies in a subgraph",
    ),
    Mutant(
        "graphs/document/composing/unpacking.py",
        '"mode": self.around.mode or node.mode',
        '"mode": node.mode',
        ENCLOSING,
        "the nodes of a muted subgraph run once it is unpacked",
    ),
    Mutant(
        "graphs/document/composing/pasting.py",
        "if keep_wires and node_of(text) in level.nodes else ()",
        "if keep_wires else ()",
        PASTING,
        "what is pasted is wired to what is not there",
    ),
    Mutant(
        "graphs/running/executors.py",
        "held = {name: self.values[name] for name in wanted if name in self.values}",
        "held = self.values",
        ("tests/graphs/running/test_run.py",),
        "a task loses an input that another node needs no more",
    ),
)
