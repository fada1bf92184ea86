"""Links, sessions and page tokens by themselves."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.editor.secrets_folder import cookie_secret, editor_folder
from app.editor.tokens import LINK_SECONDS, MOST_LINKS, SESSION_SECONDS, Tokens


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_outlives_a_restart_and_nothing_else() -> None:
    cookie = Tokens(b"s", 8642).new_session()
    session = Tokens(b"s", 8642).session_of(cookie)
    assert session is not None
    assert Tokens(b"s", 8642).is_page_token(session, Tokens(b"s", 8642).page_token(session))
    assert Tokens(b"t", 8642).session_of(cookie) is None
    assert Tokens(b"s", 8643).session_of(cookie) is None


def test_editors_at_two_ports_do_not_share_a_cookie_name() -> None:
    assert Tokens(b"s", 8642).cookie != Tokens(b"s", 8643).cookie


def test_a_session_ends_and_cannot_be_drawn_out() -> None:
    clock = Clock()
    tokens = Tokens(b"s", 1, clock)
    cookie = tokens.new_session()
    name, ends, signature = cookie.split(".")
    assert tokens.session_of(f"{name}.{int(ends) + 1}.{signature}") is None
    clock.now += SESSION_SECONDS - 1
    assert tokens.session_of(cookie)
    clock.now += 1
    assert tokens.session_of(cookie) is None


def test_a_page_token_is_no_session_and_the_other_way_round() -> None:
    tokens = Tokens(b"s", 1)
    session = tokens.session_of(tokens.new_session()) or ""
    assert tokens.session_of(f"{session}.{tokens.page_token(session)}") is None


def test_a_link_works_once_and_for_an_hour() -> None:
    clock = Clock()
    tokens = Tokens(b"s", 1, clock)
    first, second = tokens.new_link("/a"), tokens.new_link("/b")
    assert (tokens.redeem(first), tokens.redeem(first)) == ("/a", None)
    clock.now += LINK_SECONDS
    assert tokens.redeem(second) is None


def test_links_that_nobody_opens_do_not_pile_up() -> None:
    tokens = Tokens(b"s", 1)
    links = [tokens.new_link() for _ in range(MOST_LINKS + 1)]
    assert [tokens.redeem(link) is not None for link in links] == [False] + [True] * MOST_LINKS


def test_the_secret_is_kept_and_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path / "home"))
    folder = editor_folder()
    secret = cookie_secret(folder)
    (folder / "secret").chmod(0o644)
    assert cookie_secret(editor_folder()) == secret
    assert len(secret) == 32
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "secret")] == [0o700, 0o600]
    assert [path.name for path in folder.iterdir()] == ["secret"]


def test_a_secret_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    assert len(cookie_secret(tmp_path)) == 32
