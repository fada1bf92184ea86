"""What a page is asked to count while it is used: frames, the wait from an event to the next frame, and messages."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Page

WATCH = """
const watched = (window.watched = { frames: [], waits: [], messages: [] });
const channel = new MessageChannel();
let pending = [];
channel.port1.onmessage = () => {
    const now = performance.now();
    for (const stamp of pending) watched.waits.push(now - stamp);
    pending = [];
};
for (const kind of ["pointerdown", "pointermove", "pointerup", "wheel", "keydown"])
    window.addEventListener(kind, event => {
        if (!pending.length) requestAnimationFrame(() => channel.port2.postMessage(null));
        pending.push(event.timeStamp);
    }, { capture: true, passive: true });
let last = 0;
const frame = now => {
    if (last) watched.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
    constructor(...given) {
        super(...given);
        if (String(given[0]).includes("/live/"))
            this.addEventListener("message", event => watched.messages.push([performance.now(), event.data.length]));
    }
};
"""
FORGET = "() => { for (const list of Object.values(window.watched)) list.length = 0; }"


class Seen(NamedTuple):
    """Milliseconds of frames and of waits, and of each message the moment and the characters."""

    frames: list[float]
    waits: list[float]
    messages: list[tuple[float, float]]


def watch(context: BrowserContext) -> None:
    """Let every page of this profile count from its first moment."""
    context.add_init_script(WATCH)


def forget(page: Page) -> None:
    """Count anew."""
    page.evaluate(FORGET)


def seen(page: Page) -> Seen:
    """What was counted since."""
    found: dict[str, list[float]] = page.evaluate("() => window.watched")
    pairs: list[list[float]] = page.evaluate("() => window.watched.messages")
    return Seen(found["frames"], found["waits"], [(when, size) for when, size in pairs])


def rate(frames: Sequence[float]) -> float:
    """Frames a second."""
    return 1000 / statistics.mean(frames) if frames else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def busiest_second(messages: Sequence[tuple[float, float]]) -> int:
    """The most messages within any one second."""
    moments = [when for when, _ in messages]
    return max((sum(start <= when < start + 1000 for when in moments) for start in moments), default=0)
