"""Edits that need the catalogue, and are therefore worked out by the server: a page names what it wants."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from graphs.catalogue.catalogue import Catalogue
from graphs.document.composing.dissolving import dissolve
from graphs.document.composing.enclosing import enclose
from graphs.document.composing.unpacking import unpack
from graphs.document.model import Document
from graphs.document.operations import Operation
from graphs.errors import InputError
from graphs.faults import brief


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid")
    at: str = ""


class Enclose(_Command):
    """Put nodes into a subgraph."""

    do: Literal["enclose"]
    ids: tuple[str, ...]
    name: str = "subgraph"


class Unpack(_Command):
    """Take the nodes of a subgraph out of it."""

    do: Literal["unpack"]
    id: str


class Dissolve(_Command):
    """Delete nodes and keep the wires through them."""

    do: Literal["dissolve"]
    ids: tuple[str, ...]


Command: TypeAlias = Annotated[Enclose | Unpack | Dissolve, Field(discriminator="do")]

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)


def composed(command: JsonValue, document: Document, catalogue: Catalogue) -> Operation:
    """The edit that a command means; `InputError` where it is none or cannot be done."""
    try:
        found = _COMMANDS.validate_python(command)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError("this is no command", given=brief(command), mend=first["msg"]) from error
    match found:
        case Enclose():
            return enclose(document, found.at, found.ids, found.name, catalogue)
        case Unpack():
            return unpack(document, found.at, found.id)
        case Dissolve():
            return dissolve(document, found.at, found.ids, catalogue)
