"""A node put into a wire."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from graphs.checking.fitting import Fit, fits, givers, takers
from graphs.declaration.records import Port
from graphs.document.composing.inserting import WireEnd, insert
from graphs.errors import InputError
from tests.graphs.checking.broken import AMOUNT, shown
from tests.graphs.document.composing.laws import after
from tests.graphs.toyshop import box, boxes, codes, graph, toy, toys

PLACE = {"x": 3, "y": 4}


def test_a_node_is_put_into_a_wire_by_its_ports_that_fit() -> None:
    document = graph(**shown())
    batch = insert(document, "", WireEnd("basket", "amount"), "toys.mixing.add", "sum", PLACE, toys())
    made = after(document, batch)
    assert made.nodes["sum"].inputs == {"left": "amount"}
    assert made.nodes["basket"].inputs == {"amount": "sum"}
    assert made.view is not None
    assert made.view.nodes == {"sum": PLACE}
    assert codes(made) == []


def test_of_several_outputs_the_one_that_fits_is_named() -> None:
    document = graph(m=toy("making.machine"), a=AMOUNT, last=toy("mixing.apply", machine="m", amount="a"))
    made = after(document, insert(document, "", WireEnd("last", "amount"), "toys.heaps.tool", "tool", PLACE, toys()))
    assert made.nodes["last"].inputs == {"machine": "m", "amount": "tool.amount"}


def test_one_wire_of_a_list_is_led_through_and_a_list_takes_it_as_a_list() -> None:
    document = graph(
        a=AMOUNT, b=AMOUNT, all=toy("mixing.gather", parts=["a", "b", "a"]), show=toy("showing.show", basket="all")
    )
    made = after(document, insert(document, "", WireEnd("all", "parts", 1), "toys.mixing.more", "more", PLACE, toys()))
    assert made.nodes["all"].inputs == {"parts": ("a", "more", "a")}
    machines = graph(
        m=toy("making.machine"),
        t=toy("mixing.twice", machine="m"),
        last=toy("mixing.apply", machine="t", amount="a"),
        a=AMOUNT,
    )
    coupled = after(
        machines, insert(machines, "", WireEnd("last", "machine"), "toys.turning.coupled", "c", PLACE, toys())
    )
    assert coupled.nodes["c"].inputs == {"machines": ("t",)}
    assert codes(coupled) == []


def test_an_offered_conversion_mends_a_wire_of_the_wrong_type() -> None:
    document = graph(amount=AMOUNT, show=toy("showing.show", basket="amount"))
    made = after(document, insert(document, "", WireEnd("show", "basket"), "toys.mixing.boxed", "boxed", PLACE, toys()))
    assert codes(made) == []


def test_a_node_is_put_into_a_wire_inside_a_subgraph_and_to_a_parameter() -> None:
    inner = boxes({"a": AMOUNT, "b": toy("mixing.more", amount="a", by="a")}, {}, {"out": "b"})
    document = graph(sub=box(inner))
    made = after(document, insert(document, "sub", WireEnd("b", "by"), "toys.mixing.more", "c", PLACE, toys()))
    graph_of = made.nodes["sub"].graph
    assert graph_of is not None
    assert graph_of.nodes["b"].inputs == {"amount": "a", "by": "c"}


def test_a_type_of_an_earlier_name_is_put_in_under_its_own_and_with_its_version() -> None:
    document = graph(**shown())
    made = after(document, insert(document, "", WireEnd("basket", "amount"), "toys.aging.scale", "part", PLACE, toys()))
    assert (made.nodes["part"].type, made.nodes["part"].version) == ("toys.aging.part", 3)


@pytest.mark.parametrize(
    ("wire", "kind", "message"),
    [
        (WireEnd("nobody", "amount"), "mixing.more", "there is no node 'nobody'"),
        (WireEnd("basket", "amount", 1), "mixing.more", "there is no such wire"),
        (WireEnd("basket", "nothing"), "mixing.more", "there is no such wire"),
        (WireEnd("basket", "amount"), "mixing.moer", "did you mean 'toys.mixing.more'"),
        (WireEnd("basket", "amount"), "mixing.twice", "no input of toys.mixing.twice takes"),
        (WireEnd("basket", "amount"), "mixing.boxed", "no output of toys.mixing.boxed fits 'amount'"),
        (WireEnd("lost", "left"), "mixing.more", "nobody knows what this wire brings"),
    ],
)
def test_what_cannot_be_put_between_is_refused_with_the_reason(wire: WireEnd, kind: str, message: str) -> None:
    document = graph(**shown(lost=toy("mixing.add", left="gone")))
    with pytest.raises(InputError, match=message):
        insert(document, "", wire, f"toys.{kind}", "new", PLACE, toys())


def test_an_output_finds_what_takes_it_directly_and_through_a_conversion() -> None:
    source = toys().nodes["toys.making.amount"].outputs[0]
    found = takers(source, toys())
    assert Fit("toys.mixing.add", "left") in found
    assert Fit("toys.showing.show", "basket", "toys.mixing.boxed") in found
    assert Fit("toys.heaps.pile", "heap") in found
    assert not [fit for fit in found if fit.port in ("machine", "word")]
    through = [fit.through is not None for fit in found]
    assert through == sorted(through)


def test_parameters_are_found_where_they_are_asked_for() -> None:
    source = toys().nodes["toys.making.amount"].outputs[0]
    knob = Fit("toys.mixing.more", "by")
    assert knob not in takers(source, toys())
    assert knob in takers(source, toys(), parameters=True)
    assert Fit("toys.making.word", "text") not in takers(source, toys(), parameters=True)


def test_an_input_finds_what_gives_it_and_a_parameter_what_sets_it() -> None:
    basket = toys().nodes["toys.showing.show"].inputs[0]
    found = givers(basket, toys())
    assert Fit("toys.mixing.gather", "out") in found
    assert Fit("toys.mixing.split", "low", "toys.mixing.boxed") in found
    assert not [fit for fit in found if fit.type == "toys.making.machine"]
    seed = toys().nodes["toys.making.knobs"].parameter("seed")
    assert seed is not None
    assert Fit("toys.mixing.split", "high") in givers(seed, toys())
    assert Fit("toys.making.word", "out") not in givers(seed, toys())


@pytest.mark.parametrize("fit", takers(toys().nodes["toys.making.amount"].outputs[0], toys(), parameters=True), ids=str)
def test_what_is_found_to_fit_is_no_fault_of_type(fit: Fit) -> None:
    through = fit.through or "toys.mixing.more"
    between: dict[str, JsonValue] = {"type": through, "inputs": {"amount": "amount"}}
    record = toys().nodes[fit.type]
    knob = record.port(fit.port) or record.parameter(fit.port)
    assert knob is not None
    sources: JsonValue = ["between"] if isinstance(knob, Port) and knob.many else "between"
    target: dict[str, JsonValue] = {"type": fit.type, "inputs": {fit.port: sources}}
    assert "wrong_type" not in codes(graph(amount=AMOUNT, between=between, target=target))
    assert fit.through in fits(toys().nodes["toys.making.amount"].outputs[0], knob, toys())
