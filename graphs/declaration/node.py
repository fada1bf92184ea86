"""`@node`: an annotated function becomes a node, and stays a function that Python can call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, ParamSpec, TypeVar, overload

from graphs.declaration.abilities import Abilities
from graphs.declaration.annotations import Signature, read_signature
from graphs.declaration.records import NodeType
from graphs.errors import DeclarationError
from graphs.estimates import Cost

if TYPE_CHECKING:
    from graphs.document.model import Node

P = ParamSpec("P")
R = TypeVar("R")
Migration = Callable[["Node"], "Node"]
"""Takes a saved node of one version to the next; a pure function."""


class Options(NamedTuple):
    """What is said in the decorator's parentheses."""

    output: bool
    pure: bool
    converts: bool
    version: int
    also: tuple[str, ...]
    cost: Cost | None
    abilities: Abilities | None


class NodeFunction(Generic[P, R]):
    """A declared node: calls go to its function, `record` gives what the catalogue keeps."""

    def __init__(self, function: Callable[P, R], options: Options, migrations: Mapping[int, Migration]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.options = options
        self.migrations = migrations

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        return self.function(*args, **kwargs)

    def record(self, identifier: str) -> NodeType:
        """Give the node as data under its id; `DeclarationError` where it cannot be one."""
        name = f"{self.function.__module__}.{self.function.__qualname__}"
        text = inspect.getdoc(self.function)
        if not text:
            message = f"{name} has no docstring; say what it does, the formula, shapes, cost and source"
            raise DeclarationError(f"{message} (the editor shows it as the node's help)")
        if inspect.iscoroutinefunction(self.function):
            raise DeclarationError(f"{name} is async; a node is a function, or a generator that yields Progress")
        signature = read_signature(self.function, name)
        also = [spelling for parameter in signature.parameters for spelling in parameter.also]
        names = [port.name for port in signature.inputs] + [parameter.name for parameter in signature.parameters]
        _reject_clashes(name, names + also)
        if self.options.converts and not signature.inputs:
            raise DeclarationError(f"{name} has no input to convert; take `converts` out or give it a port")
        _check_versions(name, self.options.version, self.migrations)
        _check_abilities(name, self.options.abilities, signature)
        return NodeType.model_validate(
            {
                "id": identifier,
                "module": self.function.__module__,
                "function": identifier.rpartition(".")[2],
                "line": self.function.__code__.co_firstlineno,
                "summary": " ".join(text.split("\n\n")[0].split()),
                "help": text,
                "inputs": signature.inputs,
                "parameters": signature.parameters,
                "outputs": signature.outputs,
                "run": signature.run,
                "migrates": tuple(sorted(self.migrations)),
                **{name: value for name, value in self.options._asdict().items() if name != "cost"},
            }
        )


@overload
def node(function: Callable[P, R]) -> NodeFunction[P, R]: ...
@overload
def node(
    *,
    output: bool = ...,
    pure: bool = ...,
    converts: bool = ...,
    version: int = ...,
    also: tuple[str, ...] = ...,
    cost: Cost | None = ...,
    abilities: Abilities | None = ...,
    migrations: Mapping[int, Migration] | None = ...,
) -> Callable[[Callable[P, R]], NodeFunction[P, R]]: ...
def node(
    function: Callable[P, R] | None = None,
    *,
    output: bool = False,
    pure: bool = True,
    converts: bool = False,
    version: int = 1,
    also: tuple[str, ...] = (),
    cost: Cost | None = None,
    abilities: Abilities | None = None,
    migrations: Mapping[int, Migration] | None = None,
) -> NodeFunction[P, R] | Callable[[Callable[P, R]], NodeFunction[P, R]]:
    """Declare a node.

    `output`: its result is what a person wants, so it runs by default. `pure=False`: it may answer differently each
    time. `converts`: it is offered where its input type meets a port of its output type. `version` rises when a name,
    a meaning or a default changes, with `migrations={old version: function from the saved node to the next version}`.
    `also`: earlier ids of this type. `cost` estimates what it asks of models, and says what a plan must know of what it
    gives; see `graphs.estimates`. `abilities` says what the behaviour that it gives can do, as
    `abilities("stochastic")`; ports ask for it with `Annotated[Solver, needs("stochastic")]`.
    """

    def declare(target: Callable[P, R]) -> NodeFunction[P, R]:
        return NodeFunction(target, Options(output, pure, converts, version, also, cost, abilities), migrations or {})

    return declare if function is None else declare(function)


def _reject_clashes(name: str, names: list[str]) -> None:
    twice = {entry for entry in names if names.count(entry) > 1}
    if twice:
        raise DeclarationError(f"{name}: {', '.join(twice)} is declared twice")


def _check_abilities(name: str, declared: Abilities | None, signature: Signature) -> None:
    if declared is None:
        return
    ports, parameters = {port.name for port in signature.inputs}, {entry.name for entry in signature.parameters}
    unknown = [*({declared.like} - ports - {None}), *(set(declared.depending.values()) - parameters)]
    if unknown:
        raise DeclarationError(
            f"{name}: its abilities depend on {unknown[0]}, which it does not take; correct the name"
        )


def _check_versions(name: str, version: int, migrations: Mapping[int, Migration]) -> None:
    missing = set(range(1, version)) - set(migrations)
    if missing:
        raise DeclarationError(f"{name} is version {version} but has no migration from {min(missing)}; add it")
