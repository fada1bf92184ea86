"""What the laws covered, told at the end of the tests."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.laws.subjects import Subject

LAW, NODE = "law", "node"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write on each test of a law which law and which node it is about."""
    for item in items:
        mark = item.get_closest_marker("law")
        subject = item.callspec.params.get("subject") if mark and isinstance(item, pytest.Function) else None
        if mark and isinstance(subject, Subject):
            item.user_properties += [(LAW, mark.args[0]), (NODE, subject.record.id)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """For each law: how many nodes and tests, what is exempt and why, what could not be tried and why."""
    told: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for outcome in ("passed", "failed", "xfailed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            about = dict(report.user_properties) if isinstance(report, pytest.TestReport) else {}
            if LAW in about:
                told[str(about[LAW])][outcome].append((str(about[NODE]), _reason(report)))
    if told:
        terminalreporter.section("laws over the catalogue")
    for law, outcomes in told.items():
        terminalreporter.write_line(_line(law, outcomes))


def _line(law: str, outcomes: dict[str, list[tuple[str, str]]]) -> str:
    tried = outcomes["passed"] + outcomes["failed"]
    nodes = {node for node, _ in tried}
    line = f"{law}: covered {len(nodes)} nodes in {len(tried)} tests"
    for outcome, word in (("xfailed", "exempt"), ("skipped", "not tried")):
        reasons = sorted(set(outcomes[outcome]))
        if reasons:
            line += f", {word} {len(reasons)}"
            line += " (" + "; ".join(f"{node}: {reason[:200]}" for node, reason in reasons) + ")"
    return line


def _reason(report: pytest.TestReport) -> str:
    expected = getattr(report, "wasxfail", "")
    if expected:
        return str(expected)
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
