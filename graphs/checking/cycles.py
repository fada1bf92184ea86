"""Circles in a graph: found one after another in a single walk, which is what keeps very large graphs quick."""

from __future__ import annotations

from collections.abc import Iterator


def cycles(after: dict[str, list[str]]) -> Iterator[list[str]]:
    """Every circle of a graph that says what comes after each node: its nodes in order, the first again at the end.

    Where one is found its first wire is cut, also in `after`, and the walk goes on from there. Nodes from which no
    circle can be reached are left behind for good, so the walk is linear in the wires and in what it finds.
    """
    left_behind: set[str] = set()
    for start, first in after.items():
        if start in left_behind:
            continue
        path, index, ways = [start], {start: 0}, [iter(first)]
        while path:
            step = next(ways[-1], None)
            if step is None:
                left_behind.add(path[-1])
                _shorten(path, index, ways, len(path) - 1)
            elif step in index:
                circle = [*path[index[step] :], step]
                yield circle
                after[step] = [other for other in after[step] if other != circle[1]]
                _shorten(path, index, ways, index[step] + 1)
            elif step not in left_behind:
                index[step] = len(path)
                path.append(step)
                ways.append(iter(after[step]))


def _shorten(path: list[str], index: dict[str, int], ways: list[Iterator[str]], length: int) -> None:
    """The path walked so far, cut to this length."""
    for place in path[length:]:
        del index[place]
    del path[length:], ways[length:]
