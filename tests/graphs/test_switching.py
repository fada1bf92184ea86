"""Nodes that are switched off: everything that looks at a graph sees what a person would have wired by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, strategies
from pydantic import JsonValue

from graphs.checking.check import examine
from graphs.defaults import with_defaults, without_defaults
from graphs.document.model import Document
from graphs.document.operations import Remove, SetMode, Wire, apply
from graphs.errors import InputError
from graphs.exporting import export
from graphs.faults import Code, Fault, GraphError
from graphs.flattening import Flat, flatten
from graphs.opening import Opened
from graphs.signatures import signatures
from graphs.switching import settle
from graphs.upgrading import upgrade
from tests.graphs.checking.broken import AMOUNT, BOXED, SHOWN, shown
from tests.graphs.running.at_random import PORTS, kind_of, random_graphs
from tests.graphs.running.runs import Runs, amount, items_of, planned, value_of
from tests.graphs.running.test_keys import keys_of
from tests.graphs.toyshop import box, boxes, codes, faults, graph, only, places, toy, toys

MORE = toy("mixing.more", amount="amount")


def off(node: dict[str, JsonValue], mode: str = "bypass") -> dict[str, JsonValue]:
    """The node, switched off."""
    return {**node, "mode": mode}


def settled(document: Document) -> Flat:
    """The flat graph that runs."""
    return settle(flatten(document), signatures(document, toys())).flat


def through(document: Document, text: str) -> str | None:
    """What a wire brings once every bypassed node on its way is wired past, by the rule in plain words."""
    name, _, port = text.partition(".")
    if document.nodes[name].mode != "bypass":
        return text
    kind = kind_of(document, name)
    machine = kind == "mixing.twice" or port == "machine"
    for candidate in PORTS.get(kind, ()):
        source = document.nodes[name].inputs.get(candidate)
        if (candidate == "machine") == machine and isinstance(source, str):
            return through(document, source)
    return None


def by_hand(document: Document) -> Document | None:
    """The graph with every bypassed node wired past and taken out; None where that leaves something without a wire."""
    rewired = document
    for name, node in document.nodes.items():
        if node.mode != "bypass":
            for port, text in node.wires():
                found = through(document, text)
                if found is None:
                    return None
                rewired = apply(rewired, Wire(id=name, port=port, sources=found)).document
    for name, node in document.nodes.items():
        if node.mode == "bypass":
            rewired = apply(rewired, Remove(id=name)).document
    return rewired


def switched(document: Document, data: strategies.DataObject, mode: str) -> Document:
    """The graph with some nodes switched off, the last one always on."""
    last = f"n{len(document.nodes) - 1}"
    names = strategies.sampled_from(sorted(document.nodes.keys() - {last}))
    for name in data.draw(strategies.lists(names, min_size=1, max_size=3, unique=True)):
        document = apply(document, SetMode(id=name, mode="mute" if mode == "mute" else "bypass")).document
    return document


@given(random_graphs(), strategies.data())
def test_keys_of_a_graph_with_bypassed_nodes_are_those_of_one_wired_by_hand(
    document: Document, data: strategies.DataObject
) -> None:
    document = switched(document, data, "bypass")
    expected = by_hand(document)
    if expected is None:
        assert Code.BAD_BYPASS in codes(document)
        return
    assert settled(document).keys() == flatten(expected).keys()
    assert keys_of(document) == keys_of(expected)


@given(random_graphs(), strategies.data())
def test_keys_of_a_graph_with_muted_nodes_are_those_of_one_without_them_and_what_needs_them(
    document: Document, data: strategies.DataObject
) -> None:
    document = switched(document, data, "mute")
    examined = examine(Opened(document, places()), toys())
    expected = document
    for name in examined.resting:
        expected = apply(expected, Remove(id=name)).document
    assume(expected.nodes)
    for name, node in document.nodes.items():
        needs = {text.split(".")[0] for port, text in node.wires() if port != "right"}
        assert (name in examined.resting) == (node.mode == "mute" or not needs.isdisjoint(examined.resting))
    left, plain = settled(document), flatten(expected)
    assert {name: node.sources for name, node in left.items()} == {name: node.sources for name, node in plain.items()}
    if examined.targets:
        assert keys_of(document, only=examined.targets) == keys_of(expected, only=examined.targets)


def test_a_bypassed_node_gives_its_first_wired_input_of_a_fitting_type() -> None:
    nodes = {
        "amount": amount(1),
        "other": amount(2),
        "machine": toy("making.machine"),
        "apply": off(toy("mixing.apply", machine="machine", amount="other")),
        "add": off(toy("mixing.add", left="apply", right="amount")),
        "half": off(toy("mixing.add", right="amount")),
        "x": toy("mixing.more", amount="add"),
        "y": toy("mixing.more", amount="half"),
    }
    flat = settled(graph(**nodes))
    assert (flat["x"].sources, flat["y"].sources) == ({"amount": [("other", None)]}, {"amount": [("amount", None)]})
    assert sorted(flat) == ["amount", "machine", "other", "x", "y"]


def test_each_output_of_a_bypassed_node_finds_its_own_and_one_that_nobody_wants_needs_none() -> None:
    tool = off(toy("heaps.tool", amount="amount"))
    assert faults(graph(amount=AMOUNT, tool=tool, more=toy("mixing.more", amount="tool.amount"))) == ()
    fault = only(
        graph(amount=AMOUNT, tool=tool, more=toy("mixing.apply", amount="tool.amount", machine="tool.machine"))
    )
    assert (fault.code, fault.node, fault.port) == (Code.BAD_BYPASS, "tool", "machine")
    assert (fault.allowed, fault.severity) == ("Machine", "error")


def test_a_fault_of_a_bypass_only_warns_where_no_target_needs_it() -> None:
    word = off(toy("making.word"))
    fault = only(graph(**shown(word=word, count=toy("mixing.gather_some", parts=["word"]))))
    assert (fault.code, fault.node, fault.severity) == (Code.BAD_BYPASS, "word", "warning")


def test_bypassed_nodes_in_a_circle_have_nothing_to_give() -> None:
    nodes = {
        "p": off(toy("mixing.add", left="q")),
        "q": off(toy("mixing.add", left="p")),
        "last": toy("mixing.more", amount="p"),
    }
    fault = only(graph(**nodes))
    assert (fault.code, fault.node in "pq") == (Code.BAD_BYPASS, True)


def test_a_chain_of_20000_bypassed_nodes_is_followed() -> None:
    node = graph(a=off(toy("mixing.more", amount="b"))).nodes["a"]
    chain = {
        f"n{index}": node.model_copy(update={"inputs": {"amount": f"n{index - 1}" if index else "amount"}})
        for index in range(20_000)
    }
    whole = graph(amount=AMOUNT, last=toy("mixing.more", amount="n19999"))
    flat = settled(whole.model_copy(update={"nodes": {**whole.nodes, **chain}}))
    assert flat["last"].sources == {"amount": [("amount", None)]}


def test_a_node_of_unknown_type_can_be_muted_and_cannot_be_bypassed() -> None:
    strange = toy("making.unheard")
    assert codes(graph(**shown(strange=off(strange, "mute")))) == []
    wired = graph(**shown(basket=toy("mixing.gather", parts=["strange"]), strange=off(strange)))
    assert codes(wired) == [Code.BAD_BYPASS]


def test_a_list_keeps_its_other_wires_and_the_place_of_what_is_led_through() -> None:
    parts: list[JsonValue] = ["one", "two", "three"]
    nodes = {
        "amount": AMOUNT,
        "one": off(MORE),
        "two": off(MORE, "mute"),
        "three": MORE,
        "all": toy("mixing.gather", parts=parts),
    }
    assert settled(graph(**nodes))["all"].sources == {"parts": [("amount", None), ("three", None)]}
    alone = graph(amount=AMOUNT, one=off(MORE, "mute"), all=toy("mixing.gather", parts=["one"]))
    assert sorted(settled(alone)) == ["amount"]


def test_what_is_muted_is_no_target_has_no_fault_and_rests_with_what_needs_it() -> None:
    wrong = off(toy("making.knobs", params={"picture": {"file": "nowhere.png"}}), "mute")
    nodes = shown(bad=wrong, sum=toy("mixing.add", left="amount", right="bad"), need=toy("mixing.more", amount="bad"))
    nodes |= {"heap": toy("mixing.boxed", amount="need"), "last": toy("showing.show", basket="heap")}
    examined = examine(Opened(graph(**nodes), places()), toys())
    assert (examined.faults, examined.targets) == ((), ("show",))
    assert examined.resting == {"bad": "bad", "need": "bad", "heap": "bad", "last": "bad"}
    assert settled(graph(**nodes))["sum"].sources == {"left": [("amount", None)]}


def test_a_parameter_that_a_muted_node_is_wired_to_has_its_default() -> None:
    nodes = {"amount": AMOUNT, "by": off(amount(5), "mute"), "more": toy("mixing.more", amount="amount", by="by")}
    assert value_of(Runs().results(graph(**nodes))["more"]) == 2


def test_where_every_output_is_muted_nothing_runs_in_its_place() -> None:
    fault = only(graph(**shown(show=off(SHOWN, "mute"))))
    assert (fault.code, fault.mend) == (Code.NOTHING_TO_RUN, "switch a node on again that gives a result")


@pytest.mark.parametrize("mode", ["bypass", "mute"])
def test_a_fault_of_opening_a_node_that_is_switched_off_is_not_told(mode: str) -> None:
    early = Fault(code=Code.NEWER_NODE, node="old", message="newer")
    nodes = {"old": off(toy("mixing.more", amount="amount"), mode), "amount": AMOUNT, "b": MORE}
    assert examine(Opened(graph(**nodes), places(), faults=(early,)), toys()).faults == ()


def test_a_file_that_is_missing_stops_no_run_where_its_node_is_switched_off() -> None:
    wrong = toy("aging.part", amount="amount", params={"share": "half"})
    nodes = shown(part=off(wrong), basket=toy("mixing.boxed", amount="part"))
    assert items_of(Runs().results(graph(**nodes))["show"]) == (1.0,)


INNER = boxes({"a": toy("mixing.more", params={"by": 4}), "b": toy("mixing.more", amount="a")}, {"n": ["a.amount"]})


def test_a_bypassed_subgraph_leads_its_input_through_and_a_muted_one_rests_as_a_whole() -> None:
    inner: dict[str, JsonValue] = {**INNER, "outputs": {"out": "b"}}
    last = toy("mixing.more", amount="sub")
    document = graph(amount=AMOUNT, sub=off(box(inner, n="amount")), last=last)
    assert settled(document)["last"].sources == {"amount": [("amount", None)]}
    assert sorted(settled(document)) == ["amount", "last"]
    muted = graph(amount=AMOUNT, sub=off(box(inner, n="amount"), "mute"), last=last)
    examined = examine(Opened(muted, places()), toys())
    assert (sorted(examined.flat), examined.faults, examined.targets) == (["amount"], (), ("amount",))
    assert examined.resting == {"sub/a": "sub", "sub/b": "sub", "last": "sub"}


def test_a_bypassed_node_inside_leads_through_what_comes_in_from_outside() -> None:
    nodes = {"a": off(toy("mixing.more")), "b": toy("mixing.more", amount="a")}
    inner = boxes(nodes, {"n": ["a.amount"]}, {"out": "b", "same": "a"})
    document = graph(amount=AMOUNT, sub=box(inner, n="amount"), last=toy("mixing.more", amount="sub.same"))
    flat = settled(document)
    assert flat["sub/b"].sources == flat["last"].sources == {"amount": [("amount", None)]}


def test_an_input_of_a_subgraph_that_feeds_only_what_is_switched_off_needs_no_wire() -> None:
    nodes = {"a": off(toy("mixing.more"), "mute"), "c": AMOUNT}
    assert codes(graph(sub=box(boxes(nodes, {"n": ["a.amount"]}, {"out": "c"})))) == []


def test_faults_inside_what_is_switched_off_are_not_told() -> None:
    wrong = boxes({"a": toy("making.unheard"), "deep": box(boxes({"k": toy("making.knobs", params={"seed": -1})}))})
    assert codes(graph(**shown(sub=off(box(wrong), "mute"), other=off(box(wrong))))) == []


def test_a_sweep_of_a_bypassed_node_is_left_out_and_one_before_it_goes_through() -> None:
    swept: JsonValue = {"sweep": [1, 2]}
    nodes = {"a": toy("making.amount", params={"value": swept}), "last": toy("mixing.more", amount="more")}
    more = off(toy("mixing.more", amount="a", params={"by": {"sweep": [1, 2, 3]}}))
    assert sorted(planned(graph(**nodes, more=more)).targets) == ["last[value=1]", "last[value=2]"]


def test_an_exported_script_has_no_call_of_what_is_switched_off() -> None:
    nodes = shown(basket=toy("mixing.boxed", amount="more"), more=off(MORE), idle=off(SHOWN, "mute"))
    plain = shown(basket=BOXED)
    assert export(Opened(graph(**nodes), places()), toys()) == export(Opened(graph(**plain), places()), toys())


def test_a_node_stays_switched_off_when_it_is_brought_up_to_date_and_when_its_defaults_are_written_out() -> None:
    old = off({"type": "toys.aging.scale", "inputs": {"a": "amount"}, "params": {"percent": 50}}, "mute")
    current, _ = upgrade(graph(amount=AMOUNT, old=old), toys())
    whole = with_defaults(current, toys())
    assert (current.nodes["old"].type, current.nodes["old"].mode) == ("toys.aging.part", "mute")
    assert (whole.nodes["old"].mode, whole.nodes["old"].params) == ("mute", {"share": 0.5})
    assert without_defaults(whole, toys()).nodes["old"].mode == "mute"


def test_a_way_to_be_switched_off_that_nobody_knows_is_a_fault_of_shape() -> None:
    with pytest.raises(GraphError, match=r"nodes\.a\.mode"):
        graph(a={**AMOUNT, "mode": "sleep"})


@pytest.mark.parametrize(
    ("name", "message"), [("more", "it is switched off"), ("last", "it needs 'more', which is switched off")]
)
def test_a_node_that_rests_cannot_be_asked_for_and_says_why(name: str, message: str, tmp_path: Path) -> None:
    nodes = {"amount": AMOUNT, "more": off(MORE, "mute"), "last": toy("mixing.more", amount="more")}
    with pytest.raises(InputError, match=message) as caught:
        planned(graph(**nodes), tmp_path, only=[name])
    assert caught.value.mend == "switch 'more' on again"
