"""Graphs of any number of nodes: the digits graph over and over, laid out in a square."""

from __future__ import annotations

import math

from pydantic import JsonValue

COLUMN, ROW = 300, 300
WIDTH, HEIGHT = 6 * COLUMN, 3 * ROW
PARTS: tuple[tuple[str, str, dict[str, str], dict[str, JsonValue], tuple[int, int]], ...] = (
    ("network", "model.checkpoint", {}, {}, (0, 0)),
    ("prompt", "cond.prompt", {"model": "network"}, {"text": "seven"}, (1, 0)),
    ("noise", "noise.gaussian", {"like": "network"}, {"count": 1}, (1, 1)),
    ("karras", "levels.karras", {}, {"num_inference_steps": 10, "sigma_max": 40.0, "sigma_min": 0.01}, (0, 1)),
    ("heun", "solver.heun", {}, {}, (0, 2)),
    ("cfg", "guidance.cfg", {"model": "network", "positive": "prompt"}, {"guidance_scale": 2.5}, (2, 0)),
    (
        "sample",
        "solver.sample",
        {"levels": "karras", "model": "cfg", "noise": "noise", "solver": "heun"},
        {},
        (3, 0),
    ),
    ("pixels", "decoder.pixels", {"sample": "sample"}, {}, (4, 0)),
    ("sheet", "output.sheet", {"image": "pixels"}, {}, (5, 0)),
    ("pictures", "output.picture", {"image": "pixels"}, {}, (5, 1)),
)
"""Name, type, inputs, parameters, and column and row; what a node needs stands before it."""


def large_graph(size: int) -> dict[str, JsonValue]:
    """A sound graph of exactly so many nodes; each ten make pictures of their own, with seeds of their own."""
    across = math.ceil(math.sqrt(size / len(PARTS) * HEIGHT / WIDTH)) or 1
    nodes: dict[str, JsonValue] = {}
    places: dict[str, JsonValue] = {}
    for number in range(size):
        copy, part = divmod(number, len(PARTS))
        name, kind, inputs, parameters, (column, row) = PARTS[part]
        seed: dict[str, JsonValue] = {"seed": copy} if name == "noise" else {}
        nodes[f"{name}_{copy}"] = {
            "type": kind,
            "inputs": {port: f"{source}_{copy}" for port, source in inputs.items()},
            "params": {**parameters, **seed},
        }
        left, top = copy % across * (WIDTH + COLUMN), copy // across * (HEIGHT + ROW)
        places[f"{name}_{copy}"] = {"x": left + column * COLUMN, "y": top + row * ROW}
    return {"noiseloom": 1, "name": f"{size} nodes", "nodes": nodes, "view": {"nodes": places}}
