"""The nodes of a graph as source: what is imported, a call for each, and what is saved."""

from __future__ import annotations

import collections.abc
import inspect
import math
import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.catalogue.packages import Package
from graphs.curves import LevelCurve
from graphs.declaration.parameters import FilePath
from graphs.declaration.records import NodeType, Parameter
from graphs.errors import InputError
from graphs.files import Places
from graphs.flattening import Flat, FlatNode, Source
from graphs.home import assets_folder, workspace_folder
from graphs.results import output_name
from graphs.running.gathering import PREFIX, is_gathering
from graphs.script_gathering import gathering_lines
from graphs.script_names import Names, variables
from graphs.script_text import WIDTH, Expression, Group, Words, call, lines, quoted, tuple_of

HELPERS = ("Files", "asset", "fed", "finished", "gathered", "hub", "own_nodes", "run_context", "save")
"""What a script may import from `graphs.script`."""

VALUES = "values"
"""What holds what the next call is given, where that needs a line of its own."""

OTHER_NAMES = ("LevelCurve", "files", "math", VALUES)


class Argument(typing.NamedTuple):
    """An argument of a call; `set` where it is a value of the graph, and not what a wire brings."""

    name: str
    value: Expression
    set: bool = False


@dataclass(frozen=True)
class Imported:
    """A node type as the script knows it: under which name, whether it works in steps and names its outputs.

    Of the engine's own nodes, it is the type of value that they gather into.
    """

    record: NodeType
    name: str
    function: Callable[..., object]
    alias: str
    steps: bool
    named: bool


class ScriptNodes:
    """Writes the nodes of a graph; keeps which names are taken and what has to be imported."""

    def __init__(self, nodes: Flat, catalogue: Catalogue, files: Places) -> None:
        self.nodes, self.catalogue, self.files = nodes, catalogue, files
        self.used: set[str] = set()
        names = self.names = Names((*HELPERS, *OTHER_NAMES))
        records = {place: _record(node, catalogue) for place, node in nodes.items()}
        found = {record.id: record for record in records.values()}
        owned = {package.root: package for record in found.values() if (package := catalogue.package(record)).owned}
        self.folders = [(names.take(package.name), package) for _, package in sorted(owned.items())]
        self.used |= {"own_nodes"} if owned else set()
        types = {identifier: _imported(record, catalogue, names) for identifier, record in sorted(found.items())}
        self.types = {place: types[record.id] for place, record in records.items()}
        self.variables = variables(nodes, names)

    def import_blocks(self) -> list[list[str]]:
        """The import lines, sorted as linters want them."""
        plain = {"graphs.script": self.used & set(HELPERS), "graphs": self.used & {"LevelCurve"}}
        found = []
        for kind in self._types():
            if self.catalogue.package(kind.record).owned:
                continue
            if kind.alias == kind.name:
                plain.setdefault(kind.record.module, set()).add(kind.name)
            else:
                found.append((kind.record.module, kind.name, f"{kind.name} as {kind.alias}"))
        for module, names in plain.items():
            ordered = sorted(names, key=_member)
            found += [(module, ordered[0], ", ".join(ordered))] if ordered else []
        found.sort(key=lambda entry: (_natural(entry[0]), _member(entry[1])))
        ours = [line for module, _, names in found for line in _import_lines(module, names)]
        return [["import math"] if "math" in self.used else [], ours]

    def setup_lines(self) -> list[str]:
        """The folders of nodes of a person's own, and the folder of the files."""
        found = []
        for variable, package in self.folders:
            found += lines(call("own_nodes", ("", Words(str(package.folder)))), f"{variable} = ")
            for kind in self._types():
                if self.catalogue.package(kind.record) == package:
                    found += lines(_from_folder(variable, package, kind), f"{kind.alias} = ")
        if "files" in self.used:
            known = (workspace_folder(), assets_folder())
            folders = [self.files.base, *(folder for folder in self.files.others if folder not in known)]
            parts = [("", Words(str(folder.resolve()))) for folder in dict.fromkeys(folders)]
            found += lines(call("Files", *parts), "files = ")
        return found

    def call_lines(self, place: str) -> list[str]:
        """A node's call: on one line; or on two, what it is given first; or on as many as it takes."""
        variable, kind = self.variables[place], self.types[place]
        if is_gathering(kind.record.id):
            self.used.add("gathered")
            node = self.nodes[place]
            cells = [self._output(source) for source in node.sources["cells"]]
            return gathering_lines(variable, kind.alias, cells, node.params["axes"], self.names)
        arguments = self._arguments(self.nodes[place], kind)
        found = lines(self._call(kind, arguments), f"{variable} = ")
        for first in _beginnings(arguments) if len(found) > 1 else ():
            rest = [entry for entry in arguments if entry not in first]
            short = lines(_table(first), f"{VALUES} = ") + lines(self._call(kind, rest, VALUES), f"{variable} = ")
            if len(short) == 2:  # noqa: PLR2004 - one for the values, one for the call
                return short
        return found

    def save_lines(self, place: str) -> list[str]:
        """What saves a node's outputs."""
        self.used.add("save")
        ports = self.types[place].record.outputs
        found = []
        for port in ports:
            name = Words(output_name(place, port.name, len(ports)))
            found += lines(call("save", ("", name), ("", self._output((place, port.name)))))
        return found

    def _types(self) -> list[Imported]:
        return list({kind.alias: kind for _, kind in sorted(self.types.items(), key=lambda e: e[1].alias)}.values())

    def _call(self, kind: Imported, arguments: list[Argument], more: str = "") -> Expression:
        made = _call_of(kind.alias, arguments, more)
        if not kind.steps:
            return made
        self.used.add("finished")
        return call("finished", ("", made))

    def _arguments(self, node: FlatNode, kind: Imported) -> list[Argument]:
        found = []
        for port in kind.record.inputs:
            sources = [self._output(source) for source in node.sources.get(port.name, [])]
            if port.many or sources:
                found.append(Argument(port.name, tuple_of(sources) if port.many else sources[0]))
        for parameter in kind.record.parameters:
            wired = node.sources.get(parameter.name)
            if wired:
                found.append(Argument(parameter.name, self._fed(kind, parameter, wired[0])))
            elif parameter.name in node.params or not _is_given(kind, parameter):
                literal = node.params.get(parameter.name, parameter.default)
                found.append(Argument(parameter.name, self._literal(parameter, literal), set=True))
        if kind.record.run:
            self.used.add("run_context")
            found.append(Argument("run", call("run_context")))
        return found

    def _output(self, source: Source) -> str:
        """The expression for an output of a node."""
        place, name = source
        kind = self.types[place]
        only = kind.record.outputs[0].name
        return f"{self.variables[place]}.{name or only}" if kind.named else self.variables[place]

    def _fed(self, kind: Imported, parameter: Parameter, source: Source) -> Expression:
        self.used.add("fed")
        parts: list[Expression] = [kind.alias, quoted(parameter.name), self._output(source)]
        if isinstance(parameter.kind, FilePath):
            self.used |= {"Files", "files"}
            parts.append("files")
        return call("fed", *(("", part) for part in parts))

    def _literal(self, parameter: Parameter, literal: JsonValue) -> Expression:
        if literal is None or not isinstance(parameter.kind, FilePath):
            return self._value(None if literal is None else parameter.kind.decode(literal))
        if isinstance(literal, dict):
            self.used |= {"Files", "files"}
            return call("files", ("", Words(str(literal["file"]))))
        helper, _, name = str(literal).partition(":")
        self.used.add(helper)
        return call(helper, ("", Words(name)))

    def _value(self, value: object) -> Expression:
        """A value as source."""
        if isinstance(value, str):
            return Words(value)
        if isinstance(value, tuple):
            return tuple_of(map(self._value, value))
        if isinstance(value, LevelCurve):
            self.used.add("LevelCurve")
            by = [] if value.by == "log" else [("by=", Words(value.by))]
            return call("LevelCurve", ("", self._value(value.points)), *by)
        if value == math.inf:
            self.used.add("math")
            return "math.inf"
        return repr(value).replace("e+", "e")


def _record(node: FlatNode, catalogue: Catalogue) -> NodeType:
    record = catalogue.find(node.node.type)
    if record is None:
        raise InputError(f"there is no node type '{node.node.type}'", mend="check the graph first")
    return record


def _call_of(function: str, arguments: list[Argument], more: str = "") -> Expression:
    """A call by name, perhaps with the values of a dictionary behind."""
    parts: list[tuple[str, Expression]] = [(f"{entry.name}=", entry.value) for entry in arguments]
    return call(function, *parts, *([("**", more)] if more else []))


def _beginnings(arguments: list[Argument]) -> Iterator[list[Argument]]:
    """What may stand on a line of its own before a call: some of the values, or else some of all arguments."""
    for entries in ([entry for entry in arguments if entry.set], arguments):
        yield from (entries[:count] for count in range(len(entries), 0, -1))


def _table(arguments: list[Argument]) -> Expression:
    return Group("{", tuple((f'"{entry.name}": ', entry.value) for entry in arguments), "}")


def _imported(record: NodeType, catalogue: Catalogue, names: Names) -> Imported:
    if is_gathering(record.id):
        name = record.id.removeprefix(PREFIX)
        return Imported(record, name, catalogue.value_class(name), names.take(name), steps=False, named=False)
    function = catalogue.function(record.id).function
    returned: object = typing.get_type_hints(function)["return"]
    steps = typing.get_origin(returned) is collections.abc.Generator
    value: object = typing.get_args(returned)[2] if steps else returned
    named = isinstance(value, type) and issubclass(value, tuple)
    steps = steps or inspect.isgeneratorfunction(function)
    return Imported(record, record.function, function, names.take(record.id), steps, named)


def _is_given(kind: Imported, parameter: Parameter) -> bool:
    """Whether the function's own default is what the engine gives: a file's is a path, and a number's may be an int."""
    if parameter.default is None:
        return True
    own: object = inspect.signature(kind.function).parameters[parameter.name].default
    return not isinstance(parameter.kind, FilePath) and repr(own) == repr(parameter.kind.decode(parameter.default))


def _from_folder(variable: str, package: Package, kind: Imported) -> Expression:
    module = kind.record.module.removeprefix(package.root).strip(".")
    finder = "value" if is_gathering(kind.record.id) else "node"
    return call(f"{variable}.{finder}", ("", quoted(module)), ("", quoted(kind.name)))


def _import_lines(module: str, names: str) -> list[str]:
    found = lines(names, f"from {module} import ")
    each = Group("(", tuple(("", name) for name in names.split(", ")))
    return lines(each, f"from {module} import ") if len(found[0]) > WIDTH else found


def _member(name: str) -> tuple[int, list[tuple[int, str]]]:
    """The order of names that are imported: constants, then types, then all else."""
    constant = len(name) > 1 and name.isupper()
    return 0 if constant else 1 if name[:1].isupper() else 2, _natural(name)


def _natural(name: str) -> list[tuple[int, str]]:
    """The order of names in which module2 stands before module10."""
    parts: list[str] = re.findall(r"\d+|\D", name.lower())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
