"""The published JSON schema of the document."""

from __future__ import annotations

from graphs.document.model import Document


def document_schema() -> dict[str, object]:
    """A JSON schema (draft 2020-12) that editors can check a graph against."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**head, **Document.model_json_schema(), "title": "Noiseloom graph"}
