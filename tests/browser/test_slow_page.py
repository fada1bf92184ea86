"""A page that does not read costs the server one merged message."""

from __future__ import annotations

import json

from pydantic import JsonValue

from tests.browser.acting import edit, run_and_wait, set_parameter, wait_until_saved
from tests.browser.graphs import digits
from tests.browser.plain_page import PlainPage
from tests.browser.serving import Served
from tests.browser.visiting import Profile

NODES = {"karras", "network", "prompt", "cfg", "noise", "heun", "sample", "pixels", "pictures", "sheet"}
SMALL = 100_000


def cookie_of(profile: Profile) -> str:
    """The cookies of a browser, as a header has them."""
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in json.loads(profile.cookies()))


def last_state(news: dict[str, JsonValue]) -> JsonValue:
    """How the job stands, by some news."""
    job = news["job"]
    assert isinstance(job, dict)
    return job["state"]


def test_a_page_that_acknowledges_nothing_is_sent_one_piece_of_news_and_then_all_in_one(
    profile: Profile, server: Served
) -> None:
    address = profile.document(digits(noise__seed=31))
    page = profile.open(address)
    document, cookie = address.removeprefix("/d/"), cookie_of(profile)
    with PlainPage(server.port, document, cookie=cookie, token=profile.token, client="slow") as slow:
        assert slow.hear()["kind"] == "welcome"
        for seed in (32, 33):
            set_parameter(page, "noise", "seed", seed)
            run_and_wait(page)
        edit(page, {"do": "title", "name": "the last"})
        wait_until_saved(page)
        heard = slow.hear_until("edited")
        while heard[-1]["label"] != "test":
            heard += slow.hear_until("edited")
        assert [message["kind"] for message in heard].count("news") == 1
        slow.say({"kind": "got"})
        news = slow.hear_until("news")[-1]
        assert last_state(news) == "done"
        nodes = news["nodes"]
        assert isinstance(nodes, dict)
        assert set(nodes) == NODES
        assert len(json.dumps(news)) < SMALL
