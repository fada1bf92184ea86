"""A graph as a script: it runs, gives the very results of the run, and is written as ruff would write it."""

from __future__ import annotations

import ast
import os
import random
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.document.model import Document, View
from graphs.document.reading import loads
from graphs.errors import InputError
from graphs.exporting import export
from graphs.faults import GraphError
from graphs.files import Places
from graphs.opening import Opened
from graphs.results import file_stems, files_of, output_name
from graphs.running.events import Cached, Failed, Finished
from graphs.running.executors import Here
from graphs.running.plan import plan_opened
from graphs.running.run import run
from graphs.store.store import Store
from tests.graphs.toys.values import Word
from tests.graphs.toyshop import FOLDER, box, boxes, graph, toy, toys

RUFF = (sys.executable, "-m", "ruff")
RULES = ("--isolated", "--line-length", "120")


def amount(value: JsonValue) -> JsonValue:
    """A number as a node."""
    return toy("making.amount", params={"value": value})


def shown(**nodes: JsonValue) -> Document:
    """A graph that shows all its numbers in the order of their names."""
    return graph(
        **nodes, shown=toy("showing.show", basket="all_of_them"), all_of_them=toy("mixing.gather", parts=[*nodes])
    )


def script(document: Document, folder: Path = FOLDER, catalogue: Catalogue | None = None) -> str:
    """The script of a graph that lies in a folder."""
    return export(Opened(document, Places(folder)), catalogue or toys())


def saved_by_run(document: Document, folder: Path = FOLDER, catalogue: Catalogue | None = None) -> dict[str, bytes]:
    """What a run saves, by the names of the files."""
    known = catalogue or toys()
    plan = plan_opened(Opened(document, Places(folder)), known)
    found: dict[str, bytes] = {}
    for event in run(plan, Store(), [Here(plan.catalogue)]):
        assert not isinstance(event, Failed), event
        if isinstance(event, (Finished, Cached)) and event.node in plan.targets:
            for port, value in event.outputs.items():
                files = files_of(value)
                stems = file_stems(output_name(event.node, port, len(event.outputs)), [file.suffix for file in files])
                found |= {stem + file.suffix: file.content for stem, file in zip(stems, files, strict=True)}
    assert found
    return found


def saved_by_script(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a script saves."""
    path, out = tmp_path / "script.py", tmp_path / "results"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [str(path), str(out)])
    runpy.run_path(str(path), run_name="__main__")
    return {file.name: file.read_bytes() for file in out.iterdir()}


def assert_clean(text: str, tmp_path: Path) -> None:
    """Ruff has nothing to say, and would write it so."""
    path = tmp_path / "clean.py"
    path.write_text(text, encoding="utf-8")
    check = subprocess.run(
        [*RUFF, "check", *RULES, "--extend-select", "E,F,I", str(path)], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout
    form = subprocess.run([*RUFF, "format", "--diff", *RULES, str(path)], capture_output=True, text=True, check=False)
    assert form.returncode == 0, form.stdout


def environment() -> dict[str, str]:
    """The environment of a script, which finds the toys, too."""
    return {**os.environ, "PYTHONPATH": str(FOLDER.parents[2])}


def calls_in(text: str) -> list[str]:
    """The lines of the calls of nodes."""
    return text.split("\n\n")[-2].splitlines()


INNER = boxes(
    {
        "a": toy("mixing.add"),
        "k": toy("making.knobs"),
        "inner": box(boxes({"class": amount(4)}, None, {"out": "class"})),
    },
    {"n": ["a.left", "a.right"], "c": ["k.count"]},
    {"sum": "a", "k": "k", "four": "inner"},
)
AWKWARD = [
    "class",
    "print",
    "import",
    "l",
    "files",
    "math",
    "save",
    "fed",
    "toys_making_amount",
    "type",
    "none",
    "match",
]
FAST: dict[str, JsonValue] = {
    "level": "inf",
    "weights": [1, 2.5],
    "limit": 3,
    "size": 16,
    "on": True,
    "mode": "slow",
    "tint": "#aabbcc",
}
MANY: dict[str, JsonValue] = {"weights": [index / 7 for index in range(30)], "seed": 2**53 - 1}
GRAPHS = {
    "subgraphs": graph(
        one=amount(2),
        sub=box(INNER, {"c": 5}, n="one"),
        sub_a=amount(9),
        sub_inner_class=amount(10),
        end=toy("mixing.gather", parts=["sub.sum", "sub.k", "sub.four", "sub_a", "sub_inner_class"]),
    ),
    "several outputs": graph(
        one=amount(1),
        two=amount(2),
        b=toy("mixing.gather", parts=["one", "two", "one"]),
        halves=toy("mixing.split", basket="b"),
    ),
    "a named output": shown(
        one=amount(1), single=toy("mixing.single", amount="one"), x=toy("mixing.add", left="single")
    ),
    "an output of a subgraph": graph(
        one=amount(2), sub=box(boxes({"s": toy("showing.say", word="w"), "w": toy("making.word")}))
    ),
    "optional ports": shown(one=amount(1), sum=toy("mixing.add", left="one")),
    "no wire of a list": graph(end=toy("showing.show", basket="none"), none=toy("mixing.gather_some")),
    "one wire of a list": graph(end=toy("showing.show", basket="b"), b=toy("mixing.gather", parts=["a"]), a=amount(3)),
    "wired parameters": graph(
        one=amount(0.25),
        two=amount(8),
        sum=toy("mixing.add", left="two", right="two", weight="one"),
        m=toy("making.machine", gain="two"),
        out=toy("mixing.apply", machine="m", amount="sum"),
        caption=toy("showing.show", basket="none", caption="word"),
        none=toy("mixing.boxed", amount="out"),
        word=toy("making.word"),
    ),
    "steps and meters": shown(
        one=amount(1.5),
        slow=toy("working.slow", amount="one", params={"steps": 5}),
        spent=toy("working.spend", amount="slow"),
    ),
    "values": shown(
        **{f"a{index}": amount(value) for index, value in enumerate([1e300, -0.0, 1e-7, 3, 1e16, -2.5e-300])},
        k=toy("making.knobs", params=dict(FAST)),
        asset=toy("making.knobs", params={"picture": "asset:pictures/mixture.png"}),
        many=toy("making.knobs", params=dict(MANY)),
        both=toy("making.knobs", params={**FAST, **MANY, "limit": None, "prompt": "two words " * 5}),
    ),
    "curves": graph(
        one=amount(2),
        m=toy("making.machine", params={"gain": {"curve": [[0.1, 1], [2, 3], [7, 4e20]]}}),
        n=toy("making.machine", params={"gain": {"curve": [[0, 5], [2, 3]], "by": "linear"}}),
        o=toy("making.machine", params={"gain": {"curve": [[index + 1, index / 3] for index in range(40)]}}),
        out=toy("mixing.gather", parts=["m1", "n1", "o1"]),
        **{f"{name}1": toy("mixing.apply", machine=name, amount="one") for name in "mno"},
    ),
    "awkward names": shown(**{name: amount(number) for number, name in enumerate([*AWKWARD, "a" * 90, "a" * 91])}),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_script_saves_what_the_run_saves_byte_for_byte(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = GRAPHS[name]
    text = script(document)
    assert_clean(text, tmp_path)
    assert saved_by_script(text, tmp_path, monkeypatch) == saved_by_run(document)


def test_a_node_is_one_line_and_no_other_node_is_there() -> None:
    document = shown(one=amount(2), slow=toy("working.slow", amount="one"), spent=toy("working.spend", amount="slow"))
    idle = graph(idle=toy("making.word"), **{name: node.model_dump() for name, node in document.nodes.items()})
    assert calls_in(script(idle)) == [
        "one = toys_making_amount(value=2.0)",
        "slow = finished(toys_working_slow(amount=one))",
        "spent = toys_working_spend(amount=slow, run=run_context())",
        "all_of_them = toys_mixing_gather(parts=(one, slow, spent))",
        "shown = toys_showing_show(basket=all_of_them)",
    ]


def test_names_that_python_or_the_script_has_get_a_mark() -> None:
    text = script(GRAPHS["awkward names"])
    names = [line.partition(" = ")[0] for line in calls_in(text) if "making_amount(" in line]
    assert set(names) == {*(f"{name}_" for name in AWKWARD if name != "none"), "none", "a" * 40, "a" * 40 + "_"}
    assert "sub_a = toys_making_amount" in script(GRAPHS["subgraphs"]), "what is outside keeps its name"


def test_a_call_that_is_too_long_has_some_of_its_values_on_a_line_before_it(tmp_path: Path) -> None:
    params: JsonValue = {**FAST, "prompt": "some words, so that one line does not hold them"}
    text = script(shown(k=toy("making.knobs", params=params), values=amount(1)))
    assert_clean(text, tmp_path)
    first, second, *_ = calls_in(text)
    assert first.startswith('values = {"mode": "slow", "size": 16, "level": math.inf, ')
    assert second.startswith("k = toys_making_knobs(")
    assert second.endswith(", **values)")


OWN = '''
from graphs import node
from nodes.contracts.media import Number
from .helper import double


@node
def whole(*, value: float = 1) -> Number:
    """A number."""
    return Number(double(value))
'''


HELPER = "def double(value: float) -> float:\n    return 2 * value\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of nodes of one's own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "own.py").write_text(OWN)
    (folder / "helper.py").write_text(HELPER)
    return folder


def test_a_default_that_is_not_what_the_engine_gives_is_written_out(mine: Path) -> None:
    text = script(graph(n={"type": "mine.own.whole"}), catalogue=read_catalogue([mine]))
    assert "n = mine_own_whole(value=1.0)" in text


def test_a_script_uses_nodes_of_a_folder_of_ones_own(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = read_catalogue([mine])
    document = graph(mine={"type": "mine.own.whole", "params": {"value": 4}}, other={"type": "mine.own.whole"})
    text = script(document, catalogue=known)
    assert_clean(text, tmp_path)
    assert text.count(f'mine = own_nodes("{mine}")') == text.count("mine.node(") == 1
    assert saved_by_script(text, tmp_path, monkeypatch) == {"mine.txt": b"8.0\n", "other.txt": b"2.0\n"}


def test_a_file_is_found_wherever_the_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a 'b'.txt").write_text("x")
    (tmp_path / "other.txt").write_text("x")
    names = ["a 'b'.txt", str(tmp_path / "other.txt")]
    knobs = {f"k{index}": toy("making.knobs", params={"picture": {"file": name}}) for index, name in enumerate(names)}
    document = shown(**knobs)
    text = export(Opened(document, Places(folder, (tmp_path,))), toys())
    assert_clean(text, tmp_path)
    assert "picture=files(\"a 'b'.txt\")" in text
    monkeypatch.chdir(tmp_path.parent)
    assert saved_by_script(text, tmp_path, monkeypatch)
    (folder / "a 'b'.txt").unlink()
    with pytest.raises(InputError, match="no such file"):
        runpy.run_path(str(tmp_path / "script.py"), run_name="__main__")


def test_a_wire_that_cannot_set_a_parameter_is_refused_as_in_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("count", "picture"):
        text = script(shown(one=amount(0.5), k=toy("making.knobs", **{name: "one"})))
        assert_clean(text, tmp_path)
        with pytest.raises(InputError, match=f"the wire brings no value for '{name}'"):
            saved_by_script(text, tmp_path, monkeypatch)


def letters(source: random.Random) -> str:
    """A text of letters that are hard to write, of any length."""
    kinds = [
        "abc  ,.",
        "\"'\\",
        "\n\t\r\x00\x1b\x7f",
        "äßéЖ日本語한ａ",
        "😀👩\u200d🚀❤\ufe0f\u0301\u202e\u2028\ue000",
        "{}#%$",
    ]
    chosen = source.sample(kinds, source.choice([1, 1, 2, 3]))
    return "".join(source.choice(source.choice(chosen)) for _ in range(source.choice([0, 1, 9, 40, 85, 95, 105, 300])))


def test_every_text_comes_through_and_stands_as_ruff_would_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = random.Random(11)  # noqa: S311 - repeatable, not secret
    texts = [letters(source) for _ in range(300)]
    nodes = {f"w{index}": toy("making.word", params={"text": text}) for index, text in enumerate(texts)}
    text = script(graph(**nodes))
    assert_clean(text, tmp_path)
    given: list[object] = []
    monkeypatch.setattr("graphs.script.save", lambda _, value: given.append(value))
    runpy.run_path(str(tmp_path / "clean.py"))
    assert [value.text for value in given if isinstance(value, Word)] == texts


def noted(*texts: JsonValue, name: str = "") -> Document:
    """A graph with notes on its canvas."""
    notes = tuple({"id": f"n{index}", "text": text} for index, text in enumerate(texts))
    return shown(one=amount(1)).model_copy(update={"view": View(notes=notes), "name": name})


def test_notes_are_comments_and_nothing_else(tmp_path: Path) -> None:
    texts: list[JsonValue] = [
        "one\ntwo\r\n\n  three",
        '"""',
        "'''\nimport os\\",
        "fmt: off\nruff: noqa\nnoqa",
        "x" * 300,
        7,
    ]
    texts += ["\x0cimport os\u2028print(1)\x85x\x00", "日本語 " * 80, " ", "👩\u200d🚀" * 90, "# a\n#!b"]
    text = script(noted(*texts))
    assert_clean(text, tmp_path)
    plain = script(shown(one=amount(1)))
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(plain))
    assert "# one\n# two\n#\n# three\n\n" in text
    assert "# > fmt: off\n# > ruff: noqa\n# > noqa\n" in text
    assert all(len(line) <= 120 for line in text.splitlines())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Handwritten digits",
        'a """ b',
        '"""',
        "back\\slash\\",
        "two\nlines\x00",
        "w" * 500,
        "日本 " * 99,
        '"q"',
        "é\\" * 90,
    ],
)
def test_any_name_of_a_graph_stands_in_the_docstring(tmp_path: Path, name: str) -> None:
    text = script(noted(name=name))
    assert_clean(text, tmp_path)
    told = ast.get_docstring(ast.parse(text)) or ""
    letters = "".join(letter for letter in name if letter.isprintable() and not letter.isspace()).replace('"""', "'''")
    assert letters in "".join(told.split())
    assert "exported by Noiseloom 0.1.0." in " ".join(told.split())


def test_a_script_is_the_same_whatever_the_order_of_the_nodes() -> None:
    document = GRAPHS["subgraphs"]
    backwards = document.model_copy(update={"nodes": dict(reversed(list(document.nodes.items())))})
    assert script(document) == script(backwards) == script(loads(document.model_dump_json()))


def test_a_second_run_of_a_script_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = script(GRAPHS["several outputs"])
    first = saved_by_script(text, tmp_path, monkeypatch)
    assert sorted(first) == ["halves.high.safetensors", "halves.low.safetensors"]
    second = saved_by_script(text, tmp_path, monkeypatch)
    assert sorted(second) == sorted([*first, "halves.high-2.safetensors", "halves.low-2.safetensors"])


def test_a_graph_with_faults_is_refused_with_all_of_them() -> None:
    with pytest.raises(GraphError) as caught:
        script(shown(one=amount("x"), two=amount(None)))
    assert len(caught.value.faults) == 2


def test_a_script_needs_nothing_but_the_installed_packages(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(script(shown(one=amount(1.0))))
    done = subprocess.run(
        [sys.executable, str(path)], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["shown.safetensors"]
