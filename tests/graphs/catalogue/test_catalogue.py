"""The catalogue: what a graph may use, found without importing what declares it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.checking.check import check
from graphs.declaration.node import NodeFunction
from graphs.errors import DeclarationError, InputError
from graphs.faults import Code
from tests.graphs.catalogue.folders import OTHER, STONES, make_folder
from tests.graphs.toys.values import Amount
from tests.graphs.toyshop import graph, places, toys

LOOK = """
import json, sys
from graphs.catalogue.catalogue import read_catalogue
from graphs.checking.check import check
from graphs.opening import open_graph
catalogue = read_catalogue()
opened = open_graph("digits", catalogue)
faults = check(opened.document, catalogue, opened.files)
heavy = [name for name in ("torch", "numpy", "networkx", "PIL", "rich", "typer") if name in sys.modules]
ours = [name for name in sys.modules if name == "nodes" or name.startswith("nodes.")]
print(json.dumps([len(faults), len(opened.faults), heavy, ours, len(catalogue.nodes) > 5]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A person's folder of nodes."""
    return make_folder(tmp_path)


def own(catalogue: Catalogue) -> list[str]:
    """The ids from the person's folder."""
    return [name for name in catalogue.nodes if name.startswith("mine.")]


def test_looking_at_a_graph_imports_neither_torch_nor_a_node(home: Path) -> None:
    environment = {**os.environ, "NOISELOOM_HOME": str(home)}

    def look() -> object:
        run = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, env=environment)
        return json.loads(run.stdout)

    look()
    assert look() == [0, 0, [], [], True]


def test_a_plugins_ids_carry_its_package_and_its_types_are_there(folder: Path) -> None:
    catalogue = read_catalogue([folder])
    assert own(catalogue) == ["mine.other.leaf", "mine.stones.stone"]
    assert {"Pebble", "Leaf"} <= set(catalogue.values)
    assert own(read_catalogue([folder], plugins=False)) == []


def test_a_broken_file_is_a_fault_of_its_own_nodes(folder: Path) -> None:
    (folder / "stones.py").write_text(STONES + "\nimport nothing_of_that_name\n")
    catalogue = read_catalogue([folder])
    assert own(catalogue) == ["mine.other.leaf"]
    document = graph(a={"type": "mine.stones.stone"}, b={"type": "mine.other.leaf"})
    (fault,) = check(document, catalogue, places())
    assert (fault.code, fault.node) == (Code.PLUGIN_FAILED, "a")
    assert "nothing_of_that_name" in fault.message
    assert fault.given == str(folder / "stones.py")


def test_a_type_whose_file_is_broken_where_its_users_are_not_is_no_crash(folder: Path) -> None:
    (folder / "values.py").write_text(
        (folder / "values.py").read_text() + "\nfrom graphs import node\n@node\ndef bad(): ...\n"
    )
    catalogue = read_catalogue([folder])
    assert "mine.stones.stone" in catalogue.nodes
    assert "Pebble" not in catalogue.values
    document = graph(a={"type": "mine.stones.stone"}, b={"type": "mine.stones.stone", "inputs": {"weight": "a"}})
    assert Code.WRONG_TYPE in [fault.code for fault in check(document, catalogue, places())]


def test_ids_that_clash_are_refused_with_both_places(folder: Path) -> None:
    (folder / "kind").mkdir()
    (folder / "kind" / "one.py").write_text(OTHER.replace("Leaf", "Petal"))
    (folder / "kind" / "two.py").write_text(OTHER.replace("Leaf", "Thorn"))
    with pytest.raises(InputError) as caught:
        read_catalogue([folder])
    assert "'mine.kind.leaf' is declared twice" in str(caught.value)
    assert "noiseloom_own_mine.kind.one" in str(caught.value)
    assert "noiseloom_own_mine.kind.two" in str(caught.value)


def test_types_of_one_name_are_refused_with_both_places(folder: Path) -> None:
    (folder / "more.py").write_text(OTHER)
    with pytest.raises(InputError, match=r"'Leaf' is declared twice: in .*more and in .*other"):
        read_catalogue([folder])


@pytest.mark.parametrize("taken", ["mine.stones.stone", "mine.older.leaf"])
def test_an_earlier_id_that_is_taken_is_refused_with_both_places(taken: str, folder: Path) -> None:
    text = OTHER.replace("output=True", f'also=("{taken}",)')
    (folder / "other.py").write_text(text)
    (folder / "stones.py").write_text(STONES.replace("@node", '@node(also=("mine.older.leaf",))'))
    with pytest.raises(InputError) as caught:
        read_catalogue([folder])
    assert f"'{taken}' is an earlier id of" in str(caught.value)
    assert "noiseloom_own_mine.stones" in str(caught.value)
    assert "noiseloom_own_mine.other" in str(caught.value)


def test_two_folders_of_one_name_are_refused_and_one_folder_twice_is_one(folder: Path, tmp_path: Path) -> None:
    assert len(own(read_catalogue([folder, folder / ".." / "mine"]))) == 2
    (tmp_path / "else").mkdir()
    other = make_folder(tmp_path / "else")
    with pytest.raises(InputError, match="two folders of nodes are called 'mine'"):
        read_catalogue([folder, other])


def test_folders_of_one_name_one_after_the_other_are_told_apart(folder: Path, tmp_path: Path) -> None:
    first = read_catalogue([folder])
    first.function("mine.stones.stone")
    (tmp_path / "else").mkdir()
    other = make_folder(tmp_path / "else")
    (other / "stones.py").write_text(STONES.replace("1.0", "7.0"))
    second = read_catalogue([other])
    assert second.nodes["mine.stones.stone"].parameters[0].default == 7.0
    assert second.function("mine.stones.stone").function.__kwdefaults__ == {"weight": 7.0}


def test_a_changed_node_is_called_anew_in_the_same_process(folder: Path) -> None:
    for number in (1, 2, 3):
        (folder / "stones.py").write_text(STONES.replace("1.0", f"{number}.0"))
        function = read_catalogue([folder]).function("mine.stones.stone")
        assert function.function.__kwdefaults__ == {"weight": float(number)}


def test_a_function_is_imported_when_it_is_wanted() -> None:
    found = toys().function("toys.mixing.add")
    assert isinstance(found, NodeFunction)
    assert isinstance(found(Amount(1.0)), Amount)


def test_a_node_made_by_a_factory_is_found_by_the_name_it_has_in_its_file(folder: Path) -> None:
    (folder / "made.py").write_text(
        "from graphs import node\nfrom .values import Pebble\ndef make():\n    @node\n    def inner() -> Pebble:\n"
        '        """A pebble."""\n        return Pebble(3.0)\n    return inner\nmine = make()\n'
    )
    catalogue = read_catalogue([folder])
    assert catalogue.function("mine.made.mine").function.__name__ == "inner"


def test_what_is_no_longer_a_node_says_so(folder: Path) -> None:
    catalogue = read_catalogue([folder])
    (folder / "stones.py").write_text("def stone(): ...\n")
    read_catalogue([folder])
    with pytest.raises(DeclarationError, match=r"stones\.stone is no longer a node"):
        catalogue.function("mine.stones.stone")


def test_an_earlier_id_finds_the_type() -> None:
    assert toys().find("toys.older.scale") is toys().nodes["toys.aging.part"]
    assert toys().find("nobody") is None


def test_conversions_fit_at_both_ends() -> None:
    assert toys().conversions(["Amount"], ["Basket"]) == ("toys.mixing.boxed",)
    assert toys().conversions(["Word"], ["Basket"]) == ()
    assert toys().conversions(["Amount"], ["Machine"]) == ()


def test_types_are_told_in_words() -> None:
    assert toys().meaning(["Amount", "Nobody"]) == "Amount (One number) or Nobody"
