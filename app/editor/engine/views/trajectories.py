"""The way of a batch as one small picture for each level, to be scrubbed through."""

from __future__ import annotations

import torch

from app.editor.engine.drawing import Drawn, Picture
from app.editor.engine.messages import Told
from app.editor.engine.views.numbers import number
from app.editor.engine.views.points import plane, reach
from app.editor.engine.views.samples import is_field, is_picture, small_sample
from graphs.values import describe
from nodes.contracts.sample import Sample
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.trajectory import shown_points

MOST = 64
"""Levels that are shown; of more, so many at equal distances."""
ROWS = 16
"""Rows of pictures that are shown."""


def trajectory_view(trajectory: Trajectory) -> Drawn:
    """What was predicted at each level, and at the end what was reached; the points themselves where no x0 is there."""
    said, space = describe(trajectory), trajectory.space
    if trajectory.x is None and trajectory.x0 is None:
        return Drawn("summary", said)
    points, s = shown_points(trajectory, "x" if trajectory.x0 is None else "x0")
    steps = torch.linspace(0, len(points) - 1, min(MOST, len(points)), dtype=torch.float64).round().long()
    pictured = is_picture(space) or is_field(space)
    rows = trajectory.rows.take(torch.arange(min(len(trajectory.rows), ROWS if pictured else len(trajectory.rows))))
    clean = torch.zeros(len(rows), dtype=torch.float64)
    half = None if pictured or space.vocabulary else reach(plane(Sample(points[-1], clean, space, rows)))
    pictures: list[Picture] = []
    texts: list[str] = []
    for step in steps.tolist():
        level = float(s[step].max())
        drawn = small_sample(Sample(points[step][: len(rows)], clean, space, rows), f"s = {level:.3g}", level, half)
        pictures += drawn.pictures
        texts += [] if drawn.text is None else [drawn.text]
    levels = [float(s[step].max()) for step in steps.tolist()]
    data: Told = {"texts": [*texts], "s": [number(level) for level in levels]}
    return Drawn("trajectory", said, tuple(pictures), data=data if texts else None)
