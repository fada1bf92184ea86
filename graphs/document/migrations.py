"""How a document of an older format becomes one of the next; node types bring migrations of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from pydantic import JsonValue

FormatMigration: TypeAlias = Callable[[dict[str, JsonValue]], dict[str, JsonValue]]
"""From the raw JSON of one format to the next; a pure function."""

FORMAT_MIGRATIONS: Mapping[int, FormatMigration] = MappingProxyType({})
"""By the format they start from. Empty as long as there is only format 1."""
