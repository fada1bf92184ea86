"""What axe, run in a page, finds that keeps people out."""

from __future__ import annotations

from importlib.resources import files
from typing import TypedDict

from playwright.sync_api import Page

PACKAGE, SCRIPT = "axe_playwright_python", "axe.min.js"
GRAVE = ("serious", "critical")


class Place(TypedDict):
    """Where in the page."""

    target: list[str]


class Finding(TypedDict):
    """One rule that a page breaks."""

    id: str
    impact: str | None
    help: str
    nodes: list[Place]


def grave_findings(page: Page) -> list[str]:
    """Every serious or critical finding, as a line: the rule, what it asks, and where."""
    page.evaluate(files(PACKAGE).joinpath(SCRIPT).read_text())
    found: list[Finding] = page.evaluate(
        "async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations"
    )
    return [
        f"{finding['id']}: {finding['help']} ({'; '.join(' '.join(place['target']) for place in finding['nodes'][:5])})"
        for finding in found
        if finding["impact"] in GRAVE
    ]
