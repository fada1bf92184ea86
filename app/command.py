"""The command `noiseloom`."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphs.errors import InputError, NoiseloomError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from graphs.catalogue.catalogue import Catalogue
    from graphs.opening import Opened

Graph = Annotated[
    str, typer.Argument(metavar="GRAPH", help="A JSON file, a PNG that carries a graph, a pack, or an example.")
]
GraphOrNone = Annotated[
    str | None,
    typer.Argument(
        metavar="GRAPH",
        help="A JSON file, a PNG or a pack with a graph, or an example; none lists these.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
NodeFolders = Annotated[list[Path] | None, typer.Option("--nodes", metavar="DIR", help="A folder of your own nodes.")]
NoPlugins = Annotated[bool, typer.Option("--no-plugins", help="Use only the nodes that come with Noiseloom.")]
Readable = Annotated[
    list[Path] | None, typer.Option("--allow-read", metavar="DIR", help="A folder a graph may read from.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NODE.PARAM=VALUE",
        help='Set a value for this run; may be repeated. Several values at once: {"sweep": [1, 2, 3]}.',
    ),
]

Only = Annotated[list[str] | None, typer.Option("--only", metavar="NODE", help="Run just this node and what it needs.")]
Device = Annotated[str, typer.Option(metavar="auto|cpu|cuda:0", help="Where to compute; auto takes a GPU if it can.")]
Strict = Annotated[bool, typer.Option("--strict", help="Use no result that another device gave.")]

commands = typer.Typer(
    name="noiseloom",
    help="Sample from diffusion and flow models by graphs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        typer.echo(importlib.metadata.version("noiseloom"))
        raise typer.Exit


@commands.callback()
def noiseloom(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Sample from diffusion and flow models by graphs."""


@commands.command()
def run(
    graph: GraphOrNone = None,
    settings: Settings = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where results go; nothing there is overwritten.")] = Path(
        "out"
    ),
    only: Only = None,
    device: Device = "auto",
    strict: Strict = False,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would run, and why; run nothing.")] = False,
    as_json: AsJson = False,
    nodes: NodeFolders = None,
    no_plugins: NoPlugins = False,
    allow_read: Readable = None,
) -> None:
    """Run a graph and write its outputs. What earlier runs gave is used again. Without a graph, list the examples."""
    if graph is None:
        from app.examples import listed_examples

        typer.echo(listed_examples(), err=True)
        raise InputError("there is no graph to run", mend="name a file or an example: noiseloom run digits")
    from app.running import Choices, run_graph

    choices = Choices(tuple(only or ()), device, strict, tuple(settings or ()))
    catalogue = _catalogue(nodes, no_plugins)
    opened = _opened(graph, catalogue, settings or [], allow_read or [])
    _tell_notes(opened)
    if plan:
        from app.planning import show_plan

        show_plan(opened, catalogue, choices, as_json=as_json)
        return
    raise typer.Exit(run_graph(opened, catalogue, out, choices, as_json=as_json))


@commands.command()
def edit(
    graph: Annotated[
        str | None,
        typer.Argument(
            metavar="GRAPH", help="A graph's file, or an example; none shows where to begin.", show_default=False
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=65535, help="The port to listen at; else 8642 or the next free one."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link and open no browser.")] = False,
    nodes: NodeFolders = None,
    no_plugins: NoPlugins = False,
    allow_read: Readable = None,
    device: Device = "auto",
) -> None:
    """Open the editor in the browser; it serves this machine alone. Where one runs already, that one is used."""
    from app.editor.launching import edit as open_editor
    from app.editor.options import Options

    folders = tuple(folder.absolute() for folder in nodes or ())
    readable = tuple(folder.absolute() for folder in allow_read or ())
    options = Options(folders, not no_plugins, readable, device)
    open_editor(graph, options, port=port, browser=not no_browser, tell=typer.echo)


@commands.command()
def check(
    graph: Graph,
    settings: Settings = None,
    as_json: AsJson = False,
    nodes: NodeFolders = None,
    no_plugins: NoPlugins = False,
    allow_read: Readable = None,
) -> None:
    """Say everything that is wrong with a graph. Exit status 2 where something is."""
    from graphs.checking.check import check_opened
    from graphs.faults import GraphError

    catalogue = _catalogue(nodes, no_plugins)
    try:
        opened = _opened(graph, catalogue, settings or [], allow_read or [])
        faults = check_opened(opened, catalogue)
        notes: list[JsonValue] = list(opened.notes)
    except GraphError as error:
        faults, notes = error.faults, []
    except InputError as error:
        if as_json:
            _print_json({"faults": [{"message": str(error)}], "notes": []})
        raise
    if as_json:
        _print_json(
            {"faults": [fault.model_dump(mode="json", exclude_defaults=True) for fault in faults], "notes": notes}
        )
    else:
        lines = [*(f"note: {note}" for note in notes)]
        lines += [f"{'warning: ' if fault.severity == 'warning' else ''}{fault}  [{fault.code}]" for fault in faults]
        typer.echo("\n".join(lines) if lines else f"{graph}: no faults")
    if any(fault.severity == "error" for fault in faults):
        raise typer.Exit(2)


@commands.command()
def pack(
    graph: Graph,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The pack; the graph's name with .zip.")] = None,
    settings: Settings = None,
    nodes: NodeFolders = None,
    no_plugins: NoPlugins = False,
    allow_read: Readable = None,
) -> None:
    """Put a graph and its files into one zip, to share. Nothing is overwritten."""
    from graphs.packing import make_pack, write_pack

    catalogue = _catalogue(nodes, no_plugins)
    opened = _opened(graph, catalogue, settings or [], allow_read or [])
    _tell_notes(opened)
    path = out or Path(f"{Path(graph).stem}.zip")
    made = make_pack(opened, catalogue)
    write_pack(made, path)
    for model in made.left_out:
        typer.echo(f"note: the model {model} is named and not packed; whoever opens the pack has to have it", err=True)
    typer.echo(str(path))


@commands.command()
def export(
    graph: Graph,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The script; without it, it is printed.")] = None,
    settings: Settings = None,
    nodes: NodeFolders = None,
    no_plugins: NoPlugins = False,
    allow_read: Readable = None,
) -> None:
    """Write a graph as a plain Python script. Nothing is overwritten."""
    from graphs.exporting import export as script_of

    catalogue = _catalogue(nodes, no_plugins)
    opened = _opened(graph, catalogue, settings or [], allow_read or [])
    _tell_notes(opened)
    text = script_of(opened, catalogue)
    if out is None:
        typer.echo(text, nl=False)
        return
    from graphs.results import write_only

    write_only(out, text.encode())
    typer.echo(str(out))


@commands.command("nodes")
def show_nodes(
    name: Annotated[str | None, typer.Argument(metavar="TYPE", help="One node's help, or a kind, as solver.")] = None,
    as_json: AsJson = False,
    nodes: NodeFolders = None,
    no_plugins: NoPlugins = False,
) -> None:
    """List the catalogue or a kind of nodes, or explain one node."""
    from app.catalogue_view import find_type, listed, node_help, of_kind, overview

    catalogue = _catalogue(nodes, no_plugins)
    kind = of_kind(name, catalogue) if name is not None and catalogue.find(name) is None else []
    record = find_type(name, catalogue) if name is not None and not kind else None
    if as_json and record is not None:
        _print_json(record.model_dump(mode="json"))
    elif kind and as_json:
        _print_json({"nodes": [entry.model_dump(mode="json") for entry in kind]})
    elif kind:
        typer.echo(listed(kind))
    elif as_json:
        types: list[JsonValue] = [value.model_dump(mode="json") for value in catalogue.values.values() if value.colour]
        _print_json({"nodes": [entry.model_dump(mode="json") for entry in catalogue.nodes.values()], "types": types})
    else:
        typer.echo(overview(catalogue) if record is None else node_help(record, catalogue))


@commands.command()
def schema() -> None:
    """Print the JSON schema of the document."""
    from graphs.document.schema import document_schema

    typer.echo(json.dumps(document_schema(), indent=2))


@commands.command()
def doctor(as_json: AsJson = False, nodes: NodeFolders = None, no_plugins: NoPlugins = False) -> None:
    """Report versions, devices and folders."""
    from app.doctor import doctor as examine

    _tell(examine(_catalogue(nodes, no_plugins)), as_json=as_json)


models_commands = typer.Typer(
    invoke_without_command=True, rich_markup_mode=None, help="The models that graphs may name."
)
commands.add_typer(models_commands, name="models")


@models_commands.callback()
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models that are here, what they are, what they need, and what is missing. Nothing is loaded."""
    if context.invoked_subcommand is None:
        from app.models import listed_models, models_as_json

        if as_json:
            _print_json(models_as_json())
        else:
            typer.echo(listed_models())


@models_commands.command("fetch")
def models_fetch(
    model: Annotated[str, typer.Argument(metavar="OWNER/NAME[@REVISION]", help="A model of the Hugging Face hub.")],
) -> None:
    """Download a model into the cache of the hub: settings and safetensors, never pickles or code."""
    from app.fetching import fetch

    typer.echo(fetch(model, lambda line: typer.echo(line, err=True)))


store_commands = typer.Typer(invoke_without_command=True, rich_markup_mode=None, help="What is kept of earlier runs.")
commands.add_typer(store_commands, name="store")


@store_commands.callback()
def store(context: typer.Context, as_json: AsJson = False) -> None:
    """Say how much is kept of earlier runs."""
    if context.invoked_subcommand is None:
        from app.storing import show_size

        _tell(show_size(), as_json=as_json)


@store_commands.command("clear")
def store_clear(
    everything: Annotated[
        bool, typer.Option("--all", help="Pinned results, and a store that cannot be read, too.")
    ] = False,
) -> None:
    """Let all results go but pinned ones."""
    from app.storing import clear

    typer.echo(clear(everything=everything))


@store_commands.command("verify")
def store_verify() -> None:
    """Read every result again and remove what is damaged."""
    from app.storing import verify

    typer.echo(verify())


@store_commands.command("why")
def store_why(node: Annotated[str, typer.Argument(metavar="NODE")]) -> None:
    """Say what made a node run last, and what its result depends on."""
    from app.storing import why

    typer.echo(why(node))


@store_commands.command("pin")
def store_pin(node: Annotated[str, typer.Argument(metavar="NODE")]) -> None:
    """Keep the last result of a node, whatever else is let go."""
    from app.storing import pin

    typer.echo(pin(node))


@store_commands.command("unpin")
def store_unpin(node: Annotated[str, typer.Argument(metavar="NODE")]) -> None:
    """Treat a pinned result as any other again."""
    from app.storing import unpin

    typer.echo(unpin(node))


def main() -> None:
    """Run the command; what a person did wrong ends in one message and status 2."""
    gc.set_threshold(100_000, 50, 50)  # a large graph is many objects that stay: looking through them finds nothing
    try:
        commands()
    except InputError as error:
        if "--json" in sys.argv and "run" in sys.argv:
            _print_json(_refusal(error))
        typer.echo(f"noiseloom: {error}", err=True)
        sys.exit(2)
    except NoiseloomError as error:
        typer.echo(f"noiseloom: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _catalogue(folders: list[Path] | None, no_plugins: bool) -> Catalogue:
    from graphs.catalogue.catalogue import read_catalogue

    return read_catalogue(folders or (), plugins=not no_plugins)


def _opened(graph: str, catalogue: Catalogue, settings: list[str], readable: list[Path]) -> Opened:
    from graphs.opening import open_graph

    opened = open_graph(graph, catalogue, tuple(readable))
    if not settings:
        return opened
    from app.setting import set_values

    return set_values(opened, settings, catalogue)


def _tell_notes(opened: Opened) -> None:
    for note in opened.notes:
        typer.echo(f"note: {note}", err=True)


def _tell(lines: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        _print_json(dict(lines))
    else:
        width = max(len(name) for name in lines)
        typer.echo("\n".join(f"{name:{width}}  {text}" for name, text in lines.items()))


def _print_json(value: JsonValue) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _refusal(error: InputError) -> dict[str, JsonValue]:
    """What `run --json` prints where nothing ran."""
    from graphs.faults import GraphError

    faults = error.faults if isinstance(error, GraphError) else ()
    errors: list[JsonValue] = [fault.model_dump(mode="json", exclude_defaults=True) for fault in faults]
    return {
        "status": "refused",
        "seconds": 0,
        "nfe": 0,
        "nodes": {},
        "outputs": [],
        "errors": errors or [{"message": str(error)}],
    }


if __name__ == "__main__":
    main()
