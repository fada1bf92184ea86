"""Who made an edit is told by a name that gives no session away."""

from __future__ import annotations

from app.editor.authors import author_of
from app.editor.gate import SESSION_KEY


def test_a_browser_has_one_name_another_than_others_and_not_its_session() -> None:
    names = [author_of({"type": "http", SESSION_KEY: session}) for session in ("secret.1", "secret.1", "secret.2")]
    assert names[0] == names[1] != names[2]
    assert all("secret" not in name and name.isalnum() for name in names)
