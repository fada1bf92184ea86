"""A node of one's own: a file in a folder, used at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image as Pillow

from tests.app.conftest import Command, Edit

FADE = '''
from graphs import Fraction, node
from nodes.contracts.media import Image


@node(output=True)
def fade(image: Image, *, amount: Fraction = 0.5) -> Image:
    """Pictures made darker: every pixel times 1 - amount."""
    return Image((image.pixels * (1 - amount)).byte())
'''


def use_fade(nodes: dict[str, dict[str, object]]) -> None:
    """Wire the node of one's own to the pictures."""
    nodes["faded"] = {"type": "mine.picture.fade", "inputs": {"image": "pixels"}, "params": {"amount": 1.0}}


def write_fade(text: str = FADE) -> None:
    """The folder with the node's file."""
    Path("mine").mkdir(exist_ok=True)
    Path("mine/picture.py").write_text(text)


def test_a_function_in_a_folder_is_a_node(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_fade()
    assert "amount = 0.5: a number from 0 to 1" in noiseloom("nodes", "mine.picture.fade", "--nodes", "mine").out
    answer = noiseloom("run", edited(use_fade), "--nodes", "mine", *small)
    assert answer.status == 0
    assert Path("out/faded-00.png").is_file()


def test_without_its_folder_the_graph_says_what_is_missing(noiseloom: Command, edited: Callable[[Edit], str]) -> None:
    write_fade()
    answer = noiseloom("check", edited(use_fade))
    assert answer.status == 2
    assert "there is no node type 'mine.picture.fade'" in answer.out
    assert "--nodes" in answer.out
    assert noiseloom("check", "graph.json", "--nodes", "mine", "--no-plugins").status == 2


def test_a_changed_file_is_read_anew(noiseloom: Command) -> None:
    write_fade()
    noiseloom("nodes", "--nodes", "mine")
    write_fade(FADE.replace("= 0.5", "= 0.25"))
    assert "amount = 0.25" in noiseloom("nodes", "mine.picture.fade", "--nodes", "mine").out


def test_a_broken_file_is_the_fault_of_its_own_nodes_only(noiseloom: Command, edited: Callable[[Edit], str]) -> None:
    write_fade("import nothing_of_that_name\n")
    answer = noiseloom("check", edited(use_fade), "--nodes", "mine", "--json")
    faults = json.loads(answer.out)["faults"]
    assert [(fault["code"], fault["node"]) for fault in faults] == [("plugin_failed", "faded")]
    assert "No module named 'nothing_of_that_name'" in faults[0]["message"]
    assert noiseloom("check", "digits", "--nodes", "mine").status == 0


def test_a_badly_declared_node_is_told_the_cure(noiseloom: Command) -> None:
    write_fade(FADE.replace('    """Pictures made darker: every pixel times 1 - amount."""\n', ""))
    assert "has no docstring" in noiseloom("nodes", "--nodes", "mine").out


def test_a_node_that_writes_to_its_input_fails_and_spoils_nobodys_result(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_fade(FADE.replace("return Image((image.pixels * (1 - amount)).byte())", "return Image(image.pixels.mul_(0))"))
    answer = noiseloom("run", edited(use_fade), "--nodes", "mine", *small)
    assert answer.status == 1
    assert "changed its input 'image' in place" in answer.err
    assert "not run because of that" not in answer.err
    noiseloom("run", "graph.json", "--nodes", "mine", *small, "--only", "sheet", "--out", "alone")
    assert decoded(Path("out/sheet.png")) == decoded(Path("alone/sheet.png"))
    noiseloom("run", "digits", *small, "--out", "clean")
    assert decoded(Path("out/sheet.png")) == decoded(Path("clean/sheet.png"))


def decoded(path: Path) -> bytes:
    """The pixels of a picture."""
    with Pillow.open(path) as picture:
        pixels: bytes = picture.tobytes()
        return pixels


def test_pictures_of_another_kind_are_refused_where_they_are_made(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_fade(FADE.replace(".byte()", ""))
    answer = noiseloom("run", edited(use_fade), "--nodes", "mine", *small)
    assert "faded failed: Image: these are no pictures\n  given: float32 [2, 32, 32, 1]" in answer.err
    assert ".byte()" in answer.err
    assert Path("out/sheet.png").is_file()


def test_looking_at_a_node_of_a_broken_file_says_what_is_broken(noiseloom: Command) -> None:
    write_fade("\n\nraise RuntimeError('boom')\n")
    answer = noiseloom("nodes", "mine.picture.fade", "--nodes", "mine")
    assert answer.status == 2
    assert "RuntimeError: boom (picture.py, line 3)" in answer.err


def test_a_crash_in_a_node_is_a_message_and_not_a_traceback(
    noiseloom: Command, small: tuple[str, ...], edited: Callable[[Edit], str]
) -> None:
    write_fade(FADE.replace("return Image(", "return Image(1 / 0 * "))
    answer = noiseloom("run", edited(use_fade), "--nodes", "mine", *small)
    assert answer.status == 1
    assert "faded failed: ZeroDivisionError" in answer.err
    assert "Traceback" not in answer.err
    assert "amount = 1.0" in answer.err
    assert Path("out/sheet.png").is_file(), "its siblings finish"
