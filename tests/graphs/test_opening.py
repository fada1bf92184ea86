"""Finding and reading a graph by its path or an example's name."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image

from graphs import opening
from graphs.document.model import Document
from graphs.errors import InputError
from graphs.faults import Code, GraphError
from graphs.opening import example_names, open_graph
from graphs.png import with_graph
from tests.graphs.toyshop import toy, toys

TEXT = json.dumps({"noiseloom": 1, "name": "mine", "nodes": {"k": toy("making.knobs", params={"times": 3})}})


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a graph, in which the person is."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "mine.json").write_text(TEXT)
    monkeypatch.chdir(folder)
    return folder


def refused(name: str) -> InputError:
    """Why a name is refused."""
    with pytest.raises(InputError) as caught:
        open_graph(name, toys())
    return caught.value


def test_a_json_file_is_opened_upgraded_and_reads_beside_itself(here: Path, home: Path) -> None:
    opened = open_graph("mine.json", toys(), (Path("more"),))
    assert opened.document.nodes["k"].params == {"count": 3}
    assert opened.notes == ("k: 'times' is called 'count'",)
    assert opened.files.base == here
    assert opened.files.others[0] == home / "workspace"
    assert opened.files.others[-1] == Path("more")


def test_a_picture_opens_as_a_graph_whatever_it_is_called_and_reads_the_workspace(here: Path, home: Path) -> None:
    stream = io.BytesIO()
    Image.new("L", (1, 1)).save(stream, "PNG")
    (here / "result.json").write_bytes(with_graph(stream.getvalue(), Document(name="inside")))
    opened = open_graph("result.json", toys())
    assert opened.document.name == "inside"
    assert opened.files.base == home / "workspace"


def test_an_example_is_opened_by_its_name_unless_a_file_is_called_so(here: Path) -> None:
    assert "digits" in example_names()
    assert open_graph("digits", toys()).document.name == "Handwritten digits"
    (here / "digits").write_text(TEXT)
    assert open_graph("digits", toys()).document.name == "mine"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("mien.json", "did you mean 'mine.json'?"),
        ("digit", "did you mean 'digits'?"),
        ("zzzzzzzz", "one of the examples: "),
        ("../examples/digits", "there is no such graph"),
        ("nowhere/at/all.json", "there is no such graph"),
        (".", "a folder, not a graph"),
        ("", "a folder, not a graph"),
        ("a\0b", "no"),
        ("x" * 5000, "this is no path"),
        ("mine.json/inner", "there is no such graph"),
    ],
)
def test_what_is_no_graph_is_refused_in_words(name: str, part: str) -> None:
    assert part in str(refused(name))


def test_a_pipe_is_refused_and_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "pipe")
    assert refused("pipe").message == "this is not a file"


def test_a_file_that_is_too_large_is_not_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_TEXT", len(TEXT) - 1)
    assert refused("mine.json").message == "the graph is too large"


def test_faults_of_the_text_say_the_file(here: Path) -> None:
    (here / "mine.json").write_text("{")
    error = refused("mine.json")
    assert isinstance(error, GraphError)
    assert [(fault.code, fault.node) for fault in error.faults] == [(Code.NOT_JSON, "mine.json")]


def test_faults_of_the_upgrade_come_with_the_graph(here: Path) -> None:
    (here / "mine.json").write_text(json.dumps({"noiseloom": 1, "nodes": {"a": toy("aging.doomed")}}))
    assert [fault.code for fault in open_graph("mine.json", toys()).faults] == [Code.BAD_MIGRATION]
