"""Small graphs for the browser tests."""

from __future__ import annotations

import json

from pydantic import JsonValue

from tests.app.editor.engine.bench import small_digits

Graph = dict[str, JsonValue]


def graph(name: str = "small", **nodes: JsonValue) -> Graph:
    """A document with these nodes, each a type or all of a node."""
    return {
        "noiseloom": 1,
        "name": name,
        "nodes": {key: {"type": node} if isinstance(node, str) else node for key, node in nodes.items()},
    }


def digits(**changed: JsonValue) -> Graph:
    """Two digits in two steps, without a note; `changed` sets parameters, as `sample__seed=1`."""
    values = {"prompt.text": "three\nfive", **{name.replace("__", "."): value for name, value in changed.items()}}
    found = small_digits(**values)
    found.pop("view", None)
    return found


def unwired_digits() -> Graph:
    """The digits with no wire at the sampler, and nothing after it."""
    found: Graph = json.loads(json.dumps(digits()))
    nodes = found["nodes"]
    assert isinstance(nodes, dict)
    nodes["sample"] = {"type": "solver.sample"}
    for name in ("sheet", "pictures", "pixels", "prompt", "cfg"):
        del nodes[name]
    return found


def with_node(document: Graph, name: str, type_: str) -> Graph:
    """A copy with one more node, not wired."""
    nodes = document["nodes"]
    assert isinstance(nodes, dict)
    return {**document, "nodes": {**nodes, name: {"type": type_}}}


def placed(document: Graph, **places: tuple[int, int]) -> Graph:
    """A copy whose nodes stand at these places."""
    nodes: Graph = {name: {"x": x, "y": y} for name, (x, y) in places.items()}
    return {**document, "view": {"nodes": nodes}}


def noise_picture() -> Graph:
    """Noise of the digits' shape, shown: the smallest graph with a picture as its result, and no sampling."""
    return graph(
        "noise",
        network="model.checkpoint",
        noise={"type": "noise.gaussian", "inputs": {"like": "network"}, "params": {"count": 1, "seed": 7}},
        pixels={"type": "decoder.pixels", "inputs": {"sample": "noise"}},
        picture={"type": "output.picture", "inputs": {"image": "pixels"}},
    )


def guided() -> Graph:
    """A model that is guided by a prompt: a node of which each has a wire, and one with two."""
    return placed(
        graph(
            "guided",
            network="model.checkpoint",
            prompt={"type": "cond.prompt", "inputs": {"model": "network"}, "params": {"text": "three"}},
            cfg={
                "type": "guidance.cfg",
                "inputs": {"model": "network", "positive": "prompt"},
                "params": {"guidance_scale": 2.5},
            },
        ),
        network=(0, 0),
        prompt=(320, 120),
        cfg=(640, 0),
    )
