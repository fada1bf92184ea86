"""Running a plan: the order, what nodes get and give, what happens when one fails, and cancelling."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from graphs.document.model import Document
from graphs.errors import InputError
from graphs.faults import GraphError
from graphs.running.events import Advanced, Cached, Event, Failed, Finished, Planned, Previewed, Skipped, Started
from graphs.running.executors import Here
from graphs.running.run import run
from graphs.store.store import Store
from tests.graphs.checking.broken import shown
from tests.graphs.running.runs import Runs, amount, items_of, plan_of, planned, value_of
from tests.graphs.toyshop import box, boxes, graph, toy, toys


def test_nodes_run_after_what_they_need_in_an_order_that_is_always_the_same(runs: Runs) -> None:
    nodes = {
        "z": amount(1),
        "a": toy("mixing.boxed", amount="m"),
        "m": toy("mixing.add", left="z", right="b"),
        "b": amount(2),
        "s": toy("showing.show", basket="a"),
        "idle": amount(3),
    }
    document = graph(**nodes)
    plan = planned(document)
    assert [unit.place for unit in plan.compiled.units] == ["z", "b", "m", "a", "s"]
    assert plan.targets == ("s",)
    backwards = document.model_copy(update={"nodes": dict(reversed(list(document.nodes.items())))})
    assert planned(backwards).compiled.units == plan.compiled.units


def test_a_run_tells_its_plan_and_each_beginning_and_end(runs: Runs) -> None:
    told = runs.events(graph(**shown()))
    assert list(plan_of(told)) == ["amount", "basket", "show"]
    assert [type(event) for event in told] == [Planned] + [Started, Finished] * 3


def test_lists_keep_the_order_of_their_wires(runs: Runs) -> None:
    nodes = {"one": amount(1), "two": amount(2), "many": toy("mixing.gather", parts=["two", "one", "two"])}
    assert items_of(runs.results(graph(**nodes))["many"]) == (2.0, 1.0, 2.0)


def test_an_optional_port_that_stays_empty_has_its_default(runs: Runs) -> None:
    found = runs.results(graph(one=amount(1), sum=toy("mixing.add", left="one"), none=toy("mixing.gather_some")))
    assert value_of(found["sum"]) == 1.0
    assert items_of(found["none"]) == ()


def test_several_outputs_are_told_apart_by_name(runs: Runs) -> None:
    nodes = {"one": amount(1), "two": amount(2), "many": toy("mixing.gather", parts=["two", "one"])}
    halves = toy("mixing.split", basket="many")
    found = runs.results(graph(**nodes, halves=halves, last=toy("mixing.gather", parts=["halves.high", "halves.low"])))
    assert items_of(found["last"]) == (2.0, 1.0)


def test_an_only_output_may_have_a_name_of_its_own(runs: Runs) -> None:
    nodes = {"one": amount(3), "single": toy("mixing.single", amount="one")}
    found = runs.results(
        graph(**nodes, x=toy("mixing.boxed", amount="single"), y=toy("mixing.boxed", amount="single.result"))
    )
    assert items_of(found["x"]) == items_of(found["y"]) == (3.0,)


def test_behaviours_are_handed_on(runs: Runs) -> None:
    nodes = {"m": toy("making.machine", params={"gain": 3}), "t": toy("mixing.twice", machine="m"), "one": amount(2)}
    assert value_of(runs.results(graph(**nodes, end=toy("mixing.apply", machine="t", amount="one")))["end"]) == 12.0


def test_values_run_through_subgraphs(runs: Runs) -> None:
    inner = boxes(
        {"a": toy("mixing.add"), "k": toy("making.knobs")},
        {"n": ["a.left", "a.right"], "c": ["k.count"]},
        {"sum": "a", "k": "k"},
    )
    nodes = {
        "one": amount(2),
        "sub": box(inner, {"c": 5}, n="one"),
        "end": toy("mixing.gather", parts=["sub.sum", "sub.k"]),
    }
    assert items_of(runs.results(graph(**nodes))["end"]) == (4.0, 40.0)


def test_a_wire_sets_a_parameter_in_place_of_its_value(runs: Runs) -> None:
    nodes = {"one": amount(0.25), "two": amount(8), "sum": toy("mixing.add", left="two", right="two", weight="one")}
    gains = {"m": toy("making.machine", gain="two"), "end": toy("mixing.apply", machine="m", amount="one")}
    found = runs.results(graph(**nodes, **gains))
    assert value_of(found["sum"]) == 10.0
    assert value_of(found["end"]) == 2.0


@pytest.mark.parametrize(("name", "value"), [("count", 0.5), ("share", 2.0), ("seed", 1.0)])
def test_a_wire_that_brings_what_the_parameter_cannot_be_blames_the_input(runs: Runs, name: str, value: float) -> None:
    failed = runs.failures(graph(one=amount(value), k=toy("making.knobs", **{name: "one"})))["k"]
    assert failed.fault_of_input
    assert f"the wire brings no value for '{name}'" in failed.message
    assert "allowed" in failed.message


def test_a_wire_cannot_name_a_file_that_may_not_be_read(runs: Runs) -> None:
    failed = runs.failures(graph(one=amount(1), k=toy("making.knobs", picture="one")))["k"]
    assert failed.fault_of_input


def test_a_node_that_works_in_steps_tells_them(runs: Runs) -> None:
    told = runs.events(graph(one=amount(2), slow=toy("working.slow", amount="one", params={"steps": 2})))
    mine = [event for event in told if isinstance(event, (Advanced, Previewed))]
    assert mine[:2] == [Advanced("slow", 1, 2), Advanced("slow", 2, 2)]
    assert isinstance(mine[2], Previewed)
    assert value_of(mine[2].value) == 2.0
    assert isinstance(told[-1], Finished)
    assert value_of(runs.seen["slow"]["out"]) == 4.0


def test_a_run_counts_what_a_node_spends(runs: Runs) -> None:
    told = runs.events(graph(one=amount(2), spend=toy("working.spend", amount="one", params={"rows": 7})))
    spent = {event.node: event.nfe for event in told if isinstance(event, Finished)}
    assert spent == {"one": 0, "spend": 14}
    besides = {event.node: str(event.besides) for event in told if isinstance(event, Finished)}
    assert besides == {"one": "", "spend": "2 rewards"}


def with_failure(kind: str) -> Document:
    """A node that fails, two that depend on it, and a branch that does not."""
    branch = {"x": toy("mixing.boxed", amount="one"), "y": toy("showing.show", basket="x")}
    bad = {"bad": toy(f"working.{kind}", amount="one"), "after": toy("mixing.gather_some", parts=["bad", "one"])}
    return graph(one=amount(2), **bad, show=toy("showing.show", basket="after"), **branch)


@pytest.mark.parametrize(
    ("kind", "message", "blamed"),
    [
        ("crash", r"ZeroDivisionError: with 2.0 \(working.py, line \d+\)", False),
        ("refuse", "this number cannot be used\n  given: 2.0\n  mend: use another", True),
        ("leave", r"SystemExit: with 2.0 \(working.py, line \d+\)", False),
        ("babble", 'the node yielded "half way"; it may yield Progress, Preview and Keep', False),
    ],
)
def test_where_a_node_fails_its_siblings_finish_and_the_others_are_named(
    runs: Runs, kind: str, message: str, blamed: bool
) -> None:
    told = runs.events(with_failure(kind))
    (failed,) = [event for event in told if isinstance(event, Failed)]
    assert (failed.node, failed.fault_of_input) == ("bad", blamed)
    assert re.fullmatch(message, failed.message)
    assert failed.inputs == {"amount": "Amount: value 2.0"}
    assert bool(failed.traceback) == (not blamed)
    assert [event for event in told if isinstance(event, Skipped)] == [Skipped("after", "bad"), Skipped("show", "bad")]
    assert [event.node for event in told if isinstance(event, Finished)] == ["one", "x", "y"]


def test_a_node_that_gives_another_type_than_it_declares_fails(runs: Runs) -> None:
    failed = runs.failures(graph(one=amount(2), bad=toy("working.lie", amount="one")))["bad"]
    assert failed.message == "toys.working.lie gave int at 'out', where it declares Basket"
    assert not failed.fault_of_input


def test_what_fails_after_a_failure_is_led_back_to_the_first(runs: Runs) -> None:
    nodes = {"one": amount(1), "a": toy("working.crash", amount="one"), "b": toy("mixing.add", left="a")}
    told = runs.events(graph(**nodes, c=toy("mixing.add", left="b"), d=toy("mixing.add", left="c", right="a")))
    assert [event for event in told if isinstance(event, Skipped)] == [Skipped(name, "a") for name in "bcd"]


def test_a_node_whose_module_is_gone_fails_and_its_siblings_finish(runs: Runs) -> None:
    record = toys().nodes["toys.making.word"].model_copy(update={"module": "tests.graphs.toys.gone"})
    catalogue = dataclasses.replace(toys(), nodes={**toys().nodes, record.id: record})
    document = graph(word=toy("making.word"), say=toy("showing.say", word="word"), **shown())
    assert "ModuleNotFoundError" in runs.failures(document, catalogue)["word"].message


def test_a_cancel_takes_effect_at_the_next_yield(runs: Runs) -> None:
    document = graph(one=amount(2), slow=toy("working.slow", amount="one", params={"steps": 60_000}))
    told: list[Event] = []
    runs.until_cancelled(document, lambda: Advanced("slow", 3, 60_000) in told, told)
    steps = [event.step for event in told if isinstance(event, Advanced)]
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) < 60_000


def test_a_cancel_takes_effect_between_nodes(runs: Runs) -> None:
    told: list[Event] = []
    runs.until_cancelled(graph(**shown()), lambda: Started("basket") in told, told)
    assert Started("show") not in told


def test_a_cancel_takes_effect_where_a_node_spends(runs: Runs) -> None:
    document = graph(one=amount(2), spend=toy("working.spend", amount="one", params={"launches": 10**9}))
    told: list[Event] = []
    runs.until_cancelled(document, lambda: Started("spend") in told, told)
    assert told[-1] == Started("spend")


def test_what_was_finished_before_a_cancel_need_not_run_again(runs: Runs) -> None:
    document = graph(one=amount(2), slow=toy("working.slow", amount="one", params={"steps": 60_000}))
    told: list[Event] = []
    runs.until_cancelled(document, lambda: Advanced("slow", 1, 60_000) in told, told)
    assert runs.states(document) == {"one": ("cached", ""), "slow": ("run", "never run")}


def test_a_run_that_is_left_ends_the_node_that_works() -> None:
    here = Here(toys())
    document = graph(one=amount(2), slow=toy("working.slow", amount="one"))
    running = run(planned(document), Store(), [here])
    assert any(isinstance(event, Advanced) for event in running)
    assert next(running) == Advanced("slow", 2, 3)
    assert isinstance(running, Generator)
    running.close()
    assert here.listen() is None


def test_a_file_reaches_the_node_as_a_path_and_one_that_went_away_blames_the_input(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    document = graph(k=toy("making.knobs", params={"picture": {"file": "a.txt"}}))
    plan = planned(document, tmp_path)
    assert value_of(runs.results(document, tmp_path)["k"]) == 8.0
    (tmp_path / "a.txt").unlink()
    told = list(run(plan, runs.store, runs.executors(plan.catalogue)))
    assert isinstance(told[-1], Failed)
    assert told[-1].fault_of_input


def test_nodes_whose_inputs_turn_out_to_be_equal_are_computed_once(runs: Runs) -> None:
    floors = {"a": toy("heaps.floor", amount="one"), "b": toy("heaps.floor", amount="two")}
    slow = {f"{name}_slow": toy("working.slow", amount=name) for name in floors}
    found = graph(one=amount(1.25), two=amount(1.5), **floors, **slow, all=toy("mixing.gather", parts=[*slow]))
    told = runs.events(found)
    assert [event.node for event in told if isinstance(event, Started) and "slow" in event.node] == ["a_slow"]
    assert [event.node for event in told if isinstance(event, Cached)] == ["b_slow"]
    assert items_of(runs.seen["all"]["out"]) == (3.0, 3.0)


def test_what_was_dropped_is_not_made_again_where_a_cut_off_makes_it_needless(runs: Runs) -> None:
    def document(value: float) -> Document:
        parts = {"floor": toy("heaps.floor", amount="one"), "side": amount(7)}
        return graph(one=amount(value), **parts, end=toy("mixing.add", left="floor", right="side"))

    runs.events(document(1.25))
    plan = planned(document(1.5))
    side = next(unit for unit in plan.compiled.units if unit.place == "side")
    names = plan.forecast(runs.store).digests[side.number]
    assert names is not None
    runs.store.spoil(names)
    assert runs.states(document(1.5))["side"][0] == "depends"
    assert runs.ran(document(1.5)) == ["one", "floor"]


def test_the_faults_of_a_node_that_is_wanted_by_name_are_told_before_it_runs(runs: Runs) -> None:
    bad = {"bad": toy("making.knobs", params={"count": 0}), "lonely": toy("mixing.more")}
    nodes = graph(**shown(), **bad)
    assert "show" in runs.ran(nodes)
    for name in bad:
        with pytest.raises(GraphError) as caught:
            runs.events(nodes, only=[name])
        assert [fault.node for fault in caught.value.faults] == [name]
    with pytest.raises(InputError, match="there is no node 'lonly'"):
        runs.events(nodes, only=["lonly"])


def test_what_is_served_after_a_cut_off_is_remembered_as_given_last(tmp_path: Path) -> None:
    def document(value: float) -> Document:
        return graph(one=amount(value), floor=toy("heaps.floor", amount="one"), end=toy("mixing.more", amount="floor"))

    with Store(tmp_path) as store:
        runs = Runs(store=store)
        keys = []
        for value in (1.25, 2.25, 1.75):
            runs.events(document(value))
            keys.append(store.remembered("graph.json", ["end"])["end"].key)
        assert keys[2] == keys[0] != keys[1]


def test_whether_an_output_has_a_port_is_known_without_reading_it(runs: Runs) -> None:
    told = list(runs.start(graph(one=amount(1))))
    outputs = next(event.outputs for event in told if isinstance(event, Finished))
    runs.store.spoil(outputs.names)
    assert "out" in outputs
    assert "in" not in outputs


def test_a_content_that_one_node_needs_no_more_stays_for_another_to_which_it_was_handed(runs: Runs) -> None:
    nodes = {
        "a": amount(0),
        "b": toy("heaps.floor", amount="a"),
        "c": toy("heaps.floor", amount="a"),
        "d": toy("heaps.floor", amount="sum"),
        "e": toy("mixing.more", amount="b"),
        "sum": toy("mixing.add", left="a", right="a"),
        "aa": toy("mixing.add", left="a", right="a"),
    }
    found = runs.results(graph(**nodes))
    assert {name: value_of(value) for name, value in found.items()} == {**dict.fromkeys(nodes, 0.0), "e": 1.0}
