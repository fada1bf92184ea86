"""A behaviour that cannot do what a port needs is a fault before anything runs."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import JsonValue

from graphs import abilities, needs, node
from graphs.errors import DeclarationError
from graphs.faults import Code, Fault
from tests.graphs.toys.values import Amount, Machine
from tests.graphs.toyshop import faults, graph, toy

TURN = toy("turning.turn", machine="last")


def of(**nodes: JsonValue) -> list[Fault]:
    """The faults of a graph that turns its node `last`."""
    return list(faults(graph(turn=TURN, **nodes)))


@pytest.mark.parametrize(
    "nodes",
    [
        {"last": toy("turning.wheel")},
        {"last": toy("turning.painted", machine="wheel"), "wheel": toy("turning.wheel")},
        {"last": toy("turning.motor", params={"speed": 2})},
        {"last": toy("turning.motor", speed="n"), "n": toy("making.amount")},
        {"last": toy("turning.motor", params={"speed": {"sweep": [0, 1]}})},
        {"last": toy("making.machine")},
        {"last": toy("turning.painted", machine="made"), "made": toy("making.machine")},
    ],
    ids=["own", "of its input", "set", "wired", "swept", "not declared", "of what is not declared"],
)
def test_what_has_the_ability_or_may_have_it_is_no_fault(nodes: dict[str, JsonValue]) -> None:
    assert not of(**nodes)


@pytest.mark.parametrize(
    ("nodes", "mend"),
    [
        ({"last": toy("turning.motor")}, "set speed of last above 0"),
        ({"last": toy("turning.painted", machine="m"), "m": toy("turning.motor")}, "wire toys.turning.wheel"),
        ({"last": toy("turning.locked", machine="m"), "m": toy("turning.wheel")}, "wire toys.turning.wheel"),
    ],
    ids=["a parameter", "of its input", "taken away"],
)
def test_what_lacks_it_is_a_fault_that_says_what_has_it(nodes: dict[str, JsonValue], mend: str) -> None:
    (fault,) = of(**nodes)
    assert fault.code == Code.MISSING_ABILITY
    assert (fault.node, fault.port, fault.given) == ("turn", "machine", '"last"')
    assert fault.message.startswith("the port 'machine' needs the ability \"turning\", and the node 'last' ")
    assert "toys.turning.wheel" in fault.allowed
    assert fault.mend == mend


def test_what_works_on_tokens_only_is_offered_last() -> None:
    (fault,) = of(last=toy("turning.motor"))
    assert fault.allowed == "as of toys.turning.wheel, toys.turning.motor, toys.turning.abacus"


def test_several_can_do_together_what_all_of_them_can() -> None:
    wheels = {"a": toy("turning.wheel"), "b": toy("turning.motor", params={"speed": 1}), "c": toy("turning.motor")}
    assert not of(last=toy("turning.coupled", machines=["a", "b"]), **wheels)
    (fault,) = of(last=toy("turning.coupled", machines=["a", "b", "c"]), **wheels)
    assert fault.code == Code.MISSING_ABILITY
    assert not of(last=toy("turning.coupled", machines=["a", "d"]), d=toy("making.machine"), **wheels)


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = {f"n{i}": toy("turning.painted", machine=f"n{i + 1}") for i in range(3000)}
    (fault,) = of(last=toy("turning.painted", machine="n0"), n3000=toy("turning.motor"), **chain)
    assert fault.code == Code.MISSING_ABILITY


def test_a_ring_of_behaviours_is_a_ring_and_nothing_else() -> None:
    found = of(last=toy("turning.painted", machine="other"), other=toy("turning.painted", machine="last"))
    assert {fault.code for fault in found} == {Code.CYCLE}


def test_abilities_that_depend_on_nothing_are_refused_at_the_declaration() -> None:
    @node(abilities=abilities(like="machne"))
    def misspelt(machine: Machine) -> Machine:
        """Its port is called otherwise."""
        return machine

    with pytest.raises(DeclarationError, match="machne"):
        misspelt.record("toys.misspelt")


def test_a_port_keeps_what_it_needs() -> None:
    @node
    def turned(machine: Annotated[Machine, needs("turning", "strong")] | None = None) -> Amount:
        """Needs two."""
        return Amount(machine.gain if machine else 0)

    (port,) = turned.record("toys.turned").inputs
    assert (port.types, port.needs, port.optional) == (("Machine",), ("turning", "strong"), True)
