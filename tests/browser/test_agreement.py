"""The document in the browser is Python's: the page applies an operation exactly as the server does."""

from __future__ import annotations

import json

from hypothesis import given, settings
from playwright.sync_api import Page
from pydantic import JsonValue

from app.editor.edits import operation_json
from graphs.document.model import Document
from graphs.document.operations import Operation, apply
from graphs.document.writing import dumps
from graphs.errors import InputError
from tests.graphs.document.documents import documents
from tests.graphs.document.test_operations import operations

HOW_MANY = 300
EXACT = 2**53
"""Larger whole numbers are rounded by a browser; it never sends back what it was told of them."""

APPLY_ALL = """pairs => pairs.map(([document, operation]) => {
    try { return JSON.stringify(window.noiseloom.apply(JSON.parse(document), operation)) } catch { return null }
})"""


def cases() -> list[tuple[Document, Operation]]:
    """Random documents and operations, the same in every run."""
    found: list[tuple[Document, Operation]] = []

    @settings(max_examples=HOW_MANY, derandomize=True, database=None, deadline=None)
    @given(documents(), operations)
    def collect(document: Document, operation: Operation) -> None:
        found.append((document, operation))

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


def test_300_random_operations_give_the_same_document_in_the_browser_as_in_python(page: Page) -> None:
    drawn = cases()
    pairs = [[dumps(document), operation_json(operation)] for document, operation in drawn]
    answers: list[str | None] = page.evaluate(APPLY_ALL, pairs)
    changed = 0
    for (document, operation), answer in zip(drawn, answers, strict=True):
        expected = rounded(after(document, operation))
        found = None if answer is None else rounded(json.loads(answer))
        assert found == expected, operation
        changed += expected is not None
    assert changed > HOW_MANY // 3
