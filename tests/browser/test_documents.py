"""What is edited is kept: undo after a reload, two tabs, a cut socket, refusals, versions."""

from __future__ import annotations

import random

from playwright.sync_api import Page, WebSocketRoute, expect
from pydantic import JsonValue

from tests.browser.acting import (
    document_of,
    edit,
    node,
    node_of,
    nodes,
    set_parameter,
    state_of,
    wait_until_same,
    wait_until_saved,
)
from tests.browser.graphs import digits, graph
from tests.browser.visiting import READY, Profile


def reload(page: Page) -> None:
    """Load the page anew, until it can be used."""
    page.reload()
    page.wait_for_selector(READY, state="attached")


def seed_of(page: Page) -> object:
    """The seed of the noise, as the page shows it."""
    params = node_of(page, "noise")["params"]
    assert isinstance(params, dict)
    return params["seed"]


def test_undo_and_redo_work_after_a_reload(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=1)))
    set_parameter(page, "noise", "seed", 2)
    set_parameter(page, "noise", "seed", 3)
    reload(page)
    assert seed_of(page) == 3
    for seed in (2, 1):
        page.keyboard.press("Control+z")
        page.wait_for_function("seed => window.noiseloom.level.value.nodes.noise.params.seed === seed", arg=seed)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    reload(page)
    page.keyboard.press("Control+Shift+z")
    page.wait_for_function("() => window.noiseloom.level.value.nodes.noise.params.seed === 2")


def test_two_tabs_see_each_others_edits(profile: Profile) -> None:
    address = profile.document(digits())
    one, other = profile.open(address), profile.open(address)
    one.evaluate("() => window.noiseloom.edit({do: 'rename', at: '', id: 'noise', to: 'fog'}, 'rename')")
    expect(node(other, "fog")).to_be_visible()
    edit(other, {"do": "remove", "at": "", "id": "sheet"})
    expect(node(one, "sheet")).to_have_count(0)
    wait_until_same(one, other)


def test_two_tabs_stay_equal_under_interleaved_edits(profile: Profile) -> None:
    address = profile.document(graph(a="noise.gaussian", b="noise.gaussian"))
    tabs = profile.open(address), profile.open(address)
    chance = random.Random(5)  # noqa: S311 - nothing secret
    for number in range(60):
        tab, identity = tabs[chance.randrange(2)], chance.choice("ab")
        choices: list[JsonValue] = [
            {"do": "set", "at": "", "id": identity, "name": "seed", "value": number},
            {"do": "wire", "at": "", "id": "b", "port": "like", "sources": chance.choice(["a", None])},
            {"do": "move", "at": "", "places": {identity: {"x": chance.randrange(900), "y": number}}},
        ]
        edit(tab, chance.choice(choices))
    for tab in tabs:
        wait_until_saved(tab)
    wait_until_same(*tabs)
    reload(tabs[0])
    assert document_of(tabs[0]) == document_of(tabs[1])


def test_what_the_server_refuses_is_said_and_changes_nothing(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=4)))
    before = document_of(page)
    page.evaluate("() => window.noiseloom.command('unpack', { at: '', id: 'noise' })")
    expect(page.locator(".nl-notice")).to_contain_text("noise")
    wait_until_saved(page)
    assert document_of(page) == before


def test_of_two_edits_at_once_that_do_not_go_together_one_is_put_right(profile: Profile) -> None:
    address = profile.document(digits())
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    hold = False

    def hear(socket: WebSocketRoute, message: str | bytes) -> None:
        if hold:
            held.append((socket, message))
        else:
            socket.send(message)

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server().on_message(lambda message: hear(socket, message))

    one, other = profile.open(address), profile.context.new_page()
    other.route_web_socket("**/live/**", through)
    other.goto(address)
    other.wait_for_selector(READY, state="attached")
    other.wait_for_function("() => window.noiseloom.connection.value === 'open'")
    hold = True  # the other does not hear yet what the first did
    edit(one, {"do": "rename", "at": "", "id": "noise", "to": "fog"})
    wait_until_saved(one)
    edit(other, {"do": "rename", "at": "", "id": "noise", "to": "haze"})
    expect(node(other, "haze")).to_be_visible()
    while held:
        socket, message = held.pop(0)
        socket.send(message)
    hold = False
    expect(node(other, "fog")).to_be_visible()
    expect(node(other, "haze")).to_have_count(0)
    expect(other.locator(".nl-notice")).to_contain_text("noise")
    wait_until_saved(other)
    wait_until_same(one, other)


def test_edits_made_while_the_socket_is_cut_arrive_when_it_is_back(profile: Profile) -> None:
    address = profile.document(digits(noise__seed=5))
    sockets: list[WebSocketRoute] = []
    cut = False

    def through(socket: WebSocketRoute) -> None:
        if cut:
            socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    witness = profile.open(address)
    page = profile.context.new_page()
    page.route_web_socket("**/live/**", through)
    page.goto(address)
    page.wait_for_selector(READY, state="attached")
    page.evaluate("() => { window.same = true }")
    cut = True
    sockets.pop().close()
    expect(page.get_by_text("offline – edits are kept here")).to_be_visible()
    edit(page, {"do": "set", "at": "", "id": "noise", "name": "seed", "value": 6})
    edit(page, {"do": "rename", "at": "", "id": "noise", "to": "fog"})
    edit(witness, {"do": "rename", "at": "", "id": "sheet", "to": "paper"})
    wait_until_saved(witness)
    assert state_of(page, "saved") is False
    cut = False
    wait_until_saved(page)
    expect(node(witness, "fog")).to_be_visible()
    expect(node(page, "paper")).to_be_visible()
    wait_until_same(page, witness)
    assert page.evaluate("() => window.same")


def test_edits_that_never_left_the_page_arrive_after_its_reload(profile: Profile) -> None:
    address = profile.document(digits(noise__seed=7))
    page = profile.context.new_page()
    deaf = True

    def maybe(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        if deaf:
            socket.on_message(lambda message: None if '"edit"' in str(message) else server.send(message))

    page.route_web_socket("**/live/**", maybe)
    page.goto(address)
    page.wait_for_selector(READY, state="attached")
    edit(page, {"do": "set", "at": "", "id": "noise", "name": "seed", "value": 8})
    assert state_of(page, "saved") is False
    deaf = False
    reload(page)
    wait_until_saved(page)
    assert seed_of(profile.open(address)) == 8


def test_an_earlier_version_is_restored_and_that_can_be_undone(profile: Profile) -> None:
    page = profile.open(profile.document(digits()))
    page.keyboard.press("Control+a")
    edit(page, {"do": "rename", "at": "", "id": "sheet", "to": "paper"}, "rename 'sheet'")
    wait_until_saved(page)
    edit(page, {"do": "remove", "at": "", "id": "noise"}, "delete 'noise'")
    wait_until_saved(page)
    page.get_by_role("button", name="Versions").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").last.click()
    expect(node(page, "noise")).to_be_visible()
    expect(node(page, "sheet")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(node(page, "paper")).to_be_visible()
    expect(node(page, "noise")).to_have_count(0)
    expect(nodes(page)).to_have_count(9)


def test_what_opening_an_old_document_changed_is_said_once_with_the_way_to_its_versions(profile: Profile) -> None:
    old: JsonValue = {"noiseloom": 1, "nodes": {"cfg": {"type": "guidance.cfg", "params": {"cfg_scale": 3.0}}}}
    address = profile.document(old, name="old")
    page = profile.open(address)
    notice = page.get_by_role("status").filter(has_text="guidance_scale")
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Versions").click()
    expect(page.get_by_role("dialog", name="Versions")).to_be_visible()
    expect(notice).to_have_count(0)
    again = profile.open(address)
    set_parameter(again, "cfg", "guidance_scale", 4.0)
    wait_until_saved(again)
    expect(again.get_by_role("status").filter(has_text="guidance_scale")).to_have_count(0)


def test_what_the_gate_refuses_is_said_in_its_own_words(profile: Profile) -> None:
    page = profile.open(profile.document(digits()))
    profile.problems.forgive("429")
    sentence = "too many requests at once: try again in 2 s"
    page.route("**/export.py", lambda route: route.fulfill(status=429, json={"error": {"message": sentence}}))
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("button", name="Python script").click()
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()
