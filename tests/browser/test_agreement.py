"""The document in the browser is Python's: the page applies an operation exactly as the server does."""

from __future__ import annotations

import json

from hypothesis import given, settings, strategies
from hypothesis.strategies import SearchStrategy
from playwright.sync_api import Page
from pydantic import JsonValue

from app.editor.edits import operation_json
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.checking.fitting import fits
from graphs.declaration.records import Parameter, Port
from graphs.document.model import Document
from graphs.document.operations import Operation, Remove, Rename, apply
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.errors import InputError
from tests.graphs.document.documents import documents, ids, raw_documents
from tests.graphs.document.test_operations import operations

HOW_MANY = 400
EXACT = 2**53
"""Larger whole numbers are rounded by a browser; it never sends back what it was told of them."""

APPLY_ALL = """pairs => pairs.map(([document, operation]) => {
    try { return JSON.stringify(window.noiseloom.apply(JSON.parse(document), operation)) } catch { return null }
})"""

FIT_ALL = """([sources, targets]) => {
    const { fits, catalogue } = window.noiseloom
    const find = list => ([type, name]) => {
        const { inputs, outputs, parameters } = catalogue.nodes[type]
        return { inputs, outputs, parameters }[list].find(entry => entry.name === name)
    }
    const knobs = targets.parameters.map(find("parameters"))
    const goals = [...targets.inputs.map(find("inputs")), ...knobs]
    return sources.map(find("outputs")).map(from => goals.map(to => fits(catalogue, from, to)))
}"""

odd = strategies.builds(str.__add__, ids, strategies.sampled_from(["", ".x", ".", "/x", ".x.y", " "]))
names = strategies.sampled_from(["g1", "g1", "g2", 3, None])
groups = strategies.lists(
    strategies.builds(lambda name, members: {"id": name, "nodes": members}, names, strategies.lists(ids, max_size=3)),
    max_size=3,
)


@strategies.composite
def strange_documents(draw: strategies.DrawFn) -> Document:
    """Documents with what only faulty files have: texts that are no references, groups that no operation can name."""
    raw = draw(raw_documents())
    nodes = raw["nodes"]
    assert isinstance(nodes, dict)
    for node in nodes.values():
        assert isinstance(node, dict)
        node["inputs"] = {"x": [*draw(strategies.lists(odd, max_size=3))]}
    return loads(json.dumps({**raw, "view": {"groups": draw(groups)}}))


goings = strategies.builds(Remove, id=ids) | strategies.builds(Rename, id=ids, to=strategies.just("fresh"))
drawn_cases: SearchStrategy[tuple[Document, Operation]] = strategies.tuples(
    documents(), operations
) | strategies.tuples(strange_documents(), goings)


def cases() -> list[tuple[Document, Operation]]:
    """Random documents and operations, the same in every run."""
    found: list[tuple[Document, Operation]] = []

    @settings(max_examples=HOW_MANY, derandomize=True, database=None, deadline=None)
    @given(drawn_cases)
    def collect(case: tuple[Document, Operation]) -> None:
        found.append(case)

    collect()
    return found


def after(document: Document, operation: Operation) -> JsonValue:
    """What Python makes of it, as JSON; None where it refuses."""
    try:
        found: JsonValue = json.loads(dumps(apply(document, operation).document))
    except InputError:
        return None
    return found


def rounded(value: JsonValue) -> JsonValue:
    """The value with its large whole numbers as a browser has them."""
    match value:
        case int() if not isinstance(value, bool) and abs(value) > EXACT:
            return float(value)
        case list():
            return [rounded(entry) for entry in value]
        case dict():
            return {key: rounded(entry) for key, entry in value.items()}
        case _:
            return value


def test_400_random_operations_give_the_same_document_in_the_browser_as_in_python(page: Page) -> None:
    drawn = cases()
    pairs = [[dumps(document), operation_json(operation)] for document, operation in drawn]
    answers: list[str | None] = page.evaluate(APPLY_ALL, pairs)
    changed = 0
    for (document, operation), answer in zip(drawn, answers, strict=True):
        expected = rounded(after(document, operation))
        found = None if answer is None else rounded(json.loads(answer))
        assert found == expected, operation
        changed += expected is not None
    assert changed > HOW_MANY // 5


def test_the_browser_finds_every_pair_of_ports_to_fit_or_not_as_python_does(page: Page) -> None:
    catalogue = read_catalogue()
    nodes = catalogue.nodes.values()
    sources = {(record.id, port.name): port for record in nodes for port in record.outputs}
    inputs: dict[tuple[str, str], Port | Parameter] = {
        (node.id, port.name): port for node in nodes for port in node.inputs
    }
    knobs: dict[tuple[str, str], Port | Parameter] = {
        (node.id, knob.name): knob for node in nodes for knob in node.parameters
    }
    asked = [[*map(list, sources)], {"inputs": [*map(list, inputs)], "parameters": [*map(list, knobs)]}]
    answers: list[list[list[str | None]]] = page.evaluate(FIT_ALL, asked)
    targets = [*inputs.values(), *knobs.values()]
    for source, row in zip(sources.values(), answers, strict=True):
        assert [tuple(ways) for ways in row] == [fits(source, target, catalogue) for target in targets], source
    gathered = sum(gathers(source, target, catalogue) for source in sources.values() for target in targets)
    assert gathered


def gathers(source: Port, target: Port | Parameter, catalogue: Catalogue) -> bool:
    """Whether the wire fits only because the port gathers the cells of a sweep."""
    if not isinstance(target, Port) or not target.types:
        return False
    return not set(source.types) <= set(target.types) and fits(source, target, catalogue) == (None,)
