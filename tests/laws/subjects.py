"""Every node of the catalogue as something to try the laws on: which there are, and how one is built."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import JsonValue

from graphs import Estimate, InputError, Known, RunContext
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.declaration.parameters import Choice, FilePath, Number, Switch
from graphs.declaration.records import NodeType, Parameter, Port
from graphs.files import Places, find_file
from graphs.running.context import Meter
from nodes.contracts.operator import Operator
from tests.laws.kit import SOLVERS, Given, World, measurement, stand_ins
from tests.laws.stand_ins import UpperHalf
from tests.laws.trials import try_out

FOLDERS = "NOISELOOM_LAWS"
"""The variable that names folders of nodes to try besides the project's own."""

WORLDS: tuple[World, ...] = ("points", "tokens")
SMALL, MOST_TRIALS, MOST_DEVIATIONS = 3, 300, 2


class Refused(Exception):  # noqa: N818 - what a node does with what it cannot use
    """Nothing that could be given to the node was good enough for it."""


@dataclass(frozen=True)
class Built:
    """What a node gave, what it was given, and in which world it works."""

    value: object
    given: Mapping[str, Given]
    world: World
    meter: Meter
    estimate: Estimate


@dataclass(frozen=True)
class Subject:
    """A node with some settings; `filled` where its optional ports are wired, `over` names the solver it is given."""

    record: NodeType
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    filled: bool = False
    over: str = ""

    def __str__(self) -> str:
        notes = [f"{name}={value}" for name, value in self.settings.items()]
        notes += ["all ports"] * self.filled + [f"over {self.over}"] * bool(self.over)
        return self.record.id + (f"[{', '.join(notes)}]" if notes else "")

    @property
    def plain(self) -> bool:
        """Whether it is the node as it is by default."""
        return not self.settings and not self.filled and not self.over

    def gives(self, kind: str) -> bool:
        """Whether an output is of that type."""
        return any(kind in port.types for port in self.record.outputs)

    def takes(self, kind: str) -> bool:
        """Whether an input may be of that type."""
        return any(kind in port.types for port in self.record.inputs)

    def having(self, **settings: JsonValue) -> Subject:
        """The same with other settings."""
        return replace(self, settings={**self.settings, **settings})

    def build(self, given: Mapping[str, object] | None = None, *, widely: bool = True, tried: bool = True) -> Built:
        """What the node gives; `given` replaces the values of ports. `Refused` where it takes nothing that there is.

        It is given stand-ins; where none is good enough, and `widely`, also what other nodes give by default. What it
        gives is `tried` out.
        """
        found: list[str] = []
        ways = self._combinations(given or {}, widely=False)
        if widely:
            ways = itertools.chain(ways, self._combinations(given or {}, widely=True))
        for world, ports in itertools.islice(ways, MOST_TRIALS):
            meter = Meter()
            try:
                value = self._call({name: entry.value for name, entry in ports.items()}, RunContext(meter))
                if tried:
                    try_out(value, world)
            except InputError as error:
                found.append(str(error).splitlines()[0])
                continue
            return Built(value, ports, world, meter, self._estimate(ports))
        raise Refused(
            "; ".join(dict.fromkeys(found))
            or f"nothing to give to {', '.join(port.name for port in self.record.inputs)}"
        )

    def _combinations(self, fixed: Mapping[str, object], *, widely: bool) -> Iterator[tuple[World, dict[str, Given]]]:
        """Every way to give something to its ports, the likeliest first: the fewer are given their second choice."""
        required = [port for port in self.record.inputs if not port.optional]
        for world in WORLDS:
            for filled in (True,) if self.filled else (False, True):
                ports = [port for port in self.record.inputs if filled or not port.optional or port.name in fixed]
                if filled and not self.filled and len(ports) == len(required):
                    continue
                choices = [self._choices(port, world, fixed, widely=widely) for port in ports]
                for picked in in_order([len(entry) for entry in choices]):
                    chosen = {
                        port.name: entry[index] for port, entry, index in zip(ports, choices, picked, strict=True)
                    }
                    yield world, measured(ports, chosen, fixed)

    def _choices(self, port: Port, world: World, fixed: Mapping[str, object], *, widely: bool) -> list[Given]:
        """What may be given to a port."""
        if port.name in fixed:
            return [Given("fixed", fixed[port.name])]
        options = [entry for kind in port.types for entry in self._offered(kind, port.name, world, widely=widely)]
        if not port.many or not options:
            return options
        first = options[:2]
        both = tuple(entry.value for entry in first)
        return [Given(" and ".join(entry.name for entry in first), both, first[0].estimate)]

    def _offered(self, kind: str, port: str, world: World, *, widely: bool) -> list[Given]:
        made = stand_ins(kind, port, world)
        if kind == "Solver" and self.over:
            return [entry for entry in made if entry.name == self.over]
        return made + [entry for entry in _defaults(kind) if entry.name != self.record.id] if widely else made

    def _call(self, ports: Mapping[str, object], run: RunContext) -> object:
        values = {name: decoded(parameter, self._literal(parameter)) for name, parameter in self._parameters().items()}
        extra: dict[str, object] = {"run": run} if self.record.run else {}
        made = CATALOGUE.function(self.record.id).function(**ports, **values, **extra)
        return finished(made) if isinstance(made, Generator) else made

    def _parameters(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.record.parameters}

    def literal(self, name: str) -> JsonValue:
        """The value of a parameter as it stands in a graph; a small one where the node's work grows with it."""
        return self._literal(self._parameters()[name])

    def _literal(self, parameter: Parameter) -> JsonValue:
        value = self.settings.get(parameter.name, parameter.default)
        kind = parameter.kind
        if parameter.name in self.settings or not isinstance(kind, Number) or not kind.work:
            return value
        return min(value, max(SMALL, int(kind.minimum or 0))) if isinstance(value, int) else value

    def _estimate(self, ports: Mapping[str, Given]) -> Estimate:
        cost = CATALOGUE.function(self.record.id).options.cost
        if cost is None:
            return Estimate()
        values = {name: decoded(parameter, self._literal(parameter)) for name, parameter in self._parameters().items()}
        return cost if isinstance(cost, Estimate) else cost(Known(values, estimates_of(ports)))


def in_order(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Every choice of one from each of so many, those first that differ in fewest places from the first of each."""
    if 0 in sizes:
        return
    for deviating in range(min(MOST_DEVIATIONS, len(sizes)) + 1):
        for places in itertools.combinations(range(len(sizes)), deviating):
            for others in itertools.product(*(range(1, sizes[place]) for place in places)):
                picked = dict(zip(places, others, strict=True))
                yield tuple(picked.get(place, 0) for place in range(len(sizes)))


def measured(ports: list[Port], chosen: dict[str, Given], fixed: Mapping[str, object]) -> dict[str, Given]:
    """The choice with measurements that are of the operator in it."""
    operator = next((entry.value for entry in chosen.values() if isinstance(entry.value, Operator)), UpperHalf())
    names = [port.name for port in ports if "Measurement" in port.types and port.name not in fixed]
    return {name: measurement(operator) if name in names else entry for name, entry in chosen.items()}


def estimates_of(ports: Mapping[str, Given]) -> dict[str, tuple[Estimate, ...]]:
    """What is known of the values at each port."""
    return {
        name: (entry.estimate,) * (len(entry.value) if isinstance(entry.value, tuple) else 1)
        for name, entry in ports.items()
    }


def decoded(parameter: Parameter, literal: JsonValue) -> object:
    """What the function is given for a literal; a file of the assets by its path."""
    if isinstance(parameter.kind, FilePath) and literal is not None:
        return find_file(literal, parameter.kind.suffixes, Places(Path()))
    return literal if literal is None else parameter.kind.decode(literal)


def finished(steps: Generator[object, None, object]) -> object:
    """What a node that works in steps returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: object = stop.value
            return result


def read_nodes() -> Catalogue:
    """The nodes of the project, and those of the folders that the variable names."""
    folders = [Path(entry) for entry in os.environ.get(FOLDERS, "").split(os.pathsep) if entry]
    return read_catalogue(folders, plugins=bool(folders))


CATALOGUE = read_nodes()


@functools.cache
def _defaults(kind: str) -> tuple[Given, ...]:
    """What nodes of the catalogue that take nothing but stand-ins give by default, the simplest first."""
    found = []
    for record in sorted(CATALOGUE.nodes.values(), key=lambda record: len(record.inputs)):
        subject = Subject(record)
        if len(record.outputs) == 1 and subject.gives(kind):
            try:
                built = subject.build(widely=False)
            except Refused:
                continue
            found.append(Given(record.id, built.value, built.estimate))
    return tuple(found)


def variants(record: NodeType) -> Iterator[Subject]:
    """The node by default, with every other choice and switch, with all its ports, and over the other solvers."""
    plain = Subject(record)
    yield plain
    for parameter in record.parameters:
        others: list[JsonValue] = []
        if isinstance(parameter.kind, Choice):
            others = [option for option in parameter.kind.options if option != parameter.default]
        elif isinstance(parameter.kind, Switch):
            others = [not parameter.default]
        yield from (plain.having(**{parameter.name: other}) for other in others)
    if any(port.optional for port in record.inputs):
        yield replace(plain, filled=True)
    if plain.gives("Solver") and plain.takes("Solver"):
        needed = {ability for port in record.inputs if "Solver" in port.types for ability in port.needs}
        yield from (replace(plain, over=name) for name, make in SOLVERS.items() if needed <= make().abilities)


def subjects(wanted: Callable[[Subject], bool]) -> list[Subject]:
    """All of the catalogue that a law is about."""
    return [subject for record in CATALOGUE.nodes.values() for subject in variants(record) if wanted(subject)]
