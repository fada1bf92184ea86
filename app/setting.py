"""`--set node.param=value`: values of a graph changed for one run, by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.parameters import Choice, ColourCode, FilePath, TextBox
from graphs.declaration.records import Parameter
from graphs.document.model import Document
from graphs.document.operations import SetParameter, Wire, apply
from graphs.document.reading import parse_json
from graphs.errors import InputError
from graphs.faults import GraphError
from graphs.file_references import is_file
from graphs.model_folders import model_folders
from graphs.naming import listing, suggestion
from graphs.opening import Opened
from graphs.signatures import Signature, signatures
from graphs.sweeps import is_sweep


def set_values(opened: Opened, assignments: list[str], catalogue: Catalogue) -> Opened:
    """The graph with these values set; a value takes the place of a wire. `InputError` names the nearest name."""
    document, files = opened.document, opened.files
    for text in assignments:
        target, equals, value = text.partition("=")
        place, dot, name = target.strip().rpartition(".")
        if not equals or not dot:
            raise InputError("this sets nothing", where="--set", given=text, allowed="node.parameter=value")
        parameter = _parameter(document, place, name, catalogue)
        literal = _literal(parameter, value)
        if isinstance(parameter.kind, FilePath) and isinstance(literal, dict) and is_file(literal):
            folder = Path(str(literal["file"])).parent
            files = replace(files, others=(*files.others, folder))
        path, _, node = place.rpartition("/")
        unwired = apply(document, Wire(at=path, id=node, port=parameter.name, sources=None)).document
        document = apply(unwired, SetParameter(at=path, id=node, name=parameter.name, value=literal)).document
    return replace(opened, document=document, files=files)


def _parameter(document: Document, place: str, name: str, catalogue: Catalogue) -> Parameter:
    known = signatures(document, catalogue)
    where = f"--set {place}.{name}"
    if place not in known:
        mend = suggestion(place, known)
        raise InputError(f"there is no node '{place}'", where=where, allowed=listing(known), mend=mend)
    signature = known[place]
    if signature is None:
        raise InputError(f"the type of '{place}' is not known", where=where, mend="see noiseloom check")
    found = next((p for p in signature.parameters.values() if name == p.name or name in p.also), None)
    if found is None:
        raise _unknown(place, name, signature, known, where)
    return found


def _unknown(place: str, name: str, signature: Signature, known: dict[str, Signature | None], where: str) -> InputError:
    mend = suggestion(name, signature.parameters)
    holders = [other for other, entry in known.items() if entry and name in entry.parameters]
    if not mend and holders:
        mend = f"did you mean '{holders[0]}.{name}'?"
    allowed = listing(signature.parameters)
    return InputError(f"'{place}' has no parameter '{name}'", where=where, allowed=allowed, mend=mend)


def _literal(parameter: Parameter, text: str) -> JsonValue:
    """The literal that a word on the command line means for this parameter."""
    kind = parameter.kind
    swept = _sweep(text)
    if swept is not None:
        return swept
    if isinstance(kind, TextBox):
        return text
    if isinstance(kind, Choice) and text in kind.options:
        return text
    if isinstance(kind, FilePath) and not text.startswith(("asset:", "hub:", "{")):
        return {"file": text if _is_model(text) else str(Path(text).absolute())}
    if isinstance(kind, ColourCode):
        return text
    if text in ("inf", "none"):
        return "inf" if text == "inf" else None
    try:
        return parse_json(text)
    except GraphError:
        return text


def _is_model(text: str) -> bool:
    """Whether a word names nothing here, and something in a folder of models."""
    try:
        return not Path(text).exists() and any((folder / text).exists() for folder in model_folders())
    except OSError:  # longer than names can be
        return False


def _sweep(text: str) -> JsonValue:
    """The sweep that a word spells, whatever the kind of the parameter; None where it spells none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        literal = parse_json(text)
    except GraphError:
        return None
    return literal if is_sweep(literal) else None
