"""What the catalogue keeps of a node and of a port type: plain data, readable without the code it came from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

from graphs.declaration.abilities import Abilities
from graphs.declaration.parameters import AnyKind


class Record(BaseModel):
    """What all records share."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Port(Record):
    """A place for a wire: the types that fit, whether it takes a list of wires, whether it may stay empty.

    `needs` are abilities that what comes in must have.
    """

    name: str
    types: tuple[str, ...]
    many: bool = False
    optional: bool = False
    needs: tuple[str, ...] = ()


class Parameter(Record):
    """A value that a person sets; `optional` allows null, `also` holds its other spellings."""

    name: str
    kind: AnyKind
    default: JsonValue
    optional: bool = False
    also: tuple[str, ...] = ()


class NodeType(Record):
    """A node as the catalogue shows it. `id` is its kind and name, a plug-in's package in front."""

    id: str
    version: int = 1
    module: str
    function: str
    line: int
    summary: str
    help: str
    inputs: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[Port, ...]
    output: bool = False
    pure: bool = True
    converts: bool = False
    run: bool = False
    abilities: Abilities | None = None
    """What the behaviour that it gives can do; None where that is not declared."""
    also: tuple[str, ...] = ()
    migrates: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of node: noise, model, guidance, …"""
        return self.id.split(".")[-2]

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name or of that other spelling."""
        return next((entry for entry in self.parameters if name == entry.name or name in entry.also), None)

    def port(self, name: str) -> Port | None:
        """The input port of that name."""
        return next((port for port in self.inputs if port.name == name), None)


class ValueType(Record):
    """A type of value. One with a colour is a port type: wires carry it, and `meaning` says to a person what it is."""

    name: str
    module: str
    meaning: str
    colour: str = ""
    behaviour: bool = False
    feeds: tuple[str, ...] = ()
    """The kinds of parameter that a wire of this type can set."""
    gathers: tuple[str, ...] = ()
    """The types of which it gathers the cells of a sweep."""
