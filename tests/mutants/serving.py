"""Errors in the editor's server: what is kept, what waits, who is let in, what is reached."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MAILBOX = ("tests/app/editor/test_mailbox.py",)
GATE = ("tests/app/editor/test_gate.py",)
LIVE = ("tests/app/editor/test_live.py",)

MUTANTS = (
    Mutant(
        "app/editor/mailbox.py",
        "if len(self._messages) >= MOST_WAITING:",
        "if False:",
        MAILBOX,
        "messages for a page that does not read pile up without an end",
    ),
    Mutant(
        "app/editor/mailbox.py",
        "taken, self._news = self._news, {}",
        "taken = self._news",
        MAILBOX,
        "a page is told everything again and again",
    ),
    Mutant(
        "app/editor/news.py",
        "before[key] = whole[-_LISTS[key] :]",
        "before[key] = whole",
        MAILBOX,
        "the log that waits for a page grows without an end",
    ),
    Mutant(
        "app/editor/asking.py",
        'if any(origin.lower() != f"http://{host}" for origin in self.headers.getlist("origin")):',
        'if any(origin.lower() not in ("null", f"http://{host}") for origin in self.headers.getlist("origin")):',
        GATE,
        "a page without an origin is let in",
    ),
    Mutant(
        "app/editor/gate.py",
        "trouble = asking.host_trouble() or asking.origin_trouble()",
        "trouble = asking.host_trouble()",
        GATE,
        "pages of other sites are let in",
    ),
    Mutant(
        "app/editor/tokens.py",
        "self._links.pop(found[0])",
        "self._links[found[0]]",
        ("tests/app/editor/test_tokens.py",),
        "a link signs in whoever finds it later",
    ),
    Mutant(
        "app/editor/live.py",
        "isinstance(token, str) and is_ours(token)",
        "isinstance(token, str)",
        LIVE,
        "any token opens a document",
    ),
    Mutant(
        "app/editor/studio.py",
        "known = number <= session.last_number(visitor.client)",
        "known = False",
        LIVE,
        "what is sent twice is shown to everybody twice",
    ),
    Mutant(
        "app/editor/documents/session.py",
        "        if known is not None:\n            return _edited(known,",
        "        if known is not None and not number:\n            return _edited(known,",
        ("tests/app/editor/documents/test_session.py",),
        "what is sent twice is done twice",
    ),
    Mutant(
        "app/editor/documents/session.py",
        "        self._kept(lambda: self._keeper.journal.append(row, snapshot))\n",
        "        self._keeper.journal.append(row, snapshot) if due else None\n",
        ("tests/app/editor/documents/test_journal.py", "tests/app/editor/documents/test_session.py"),
        "an edit is acknowledged that is not in the journal",
    ),
    Mutant(
        "app/editor/documents/journal.py",
        '            self._base.execute("COMMIT")',
        '            self._base.execute("ROLLBACK")',
        ("tests/app/editor/documents/test_journal.py",),
        "an edit is written and not committed",
    ),
    Mutant(
        "app/editor/documents/workspace.py",
        "        if not self.holds(found):",
        "        if not self.holds(path):",
        ("tests/app/editor/documents/test_workspace.py",),
        "a link leads out of the workspace",
    ),
    Mutant(
        "app/editor/picking.py",
        "return found.is_relative_to(root) and found.is_file()",
        "return found.is_file()",
        ("tests/app/editor/test_picking.py",),
        "files outside the workspace are offered",
    ),
    Mutant(
        "app/editor/runs/shelf.py",
        "        if not NAME.fullmatch(name):\n            return None\n",
        "",
        ("tests/app/editor/routes/test_media.py",),
        "any file beside the media is served as one of them",
    ),
    Mutant(
        "app/editor/documents/opening.py",
        'content.body.decode("utf-8-sig") if content else None',
        "None",
        ("tests/app/editor/documents/test_upgrading.py",),
        "what an old file held is lost when it is brought up to date",
    ),
)
