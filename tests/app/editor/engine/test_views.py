"""Values as a browser sees them: one small picture at a glance, everything in full."""

from __future__ import annotations

import io
import json

import pytest
import torch
from PIL import Image as Pillow

from app.editor.engine.drawing import Drawn, view_of
from app.editor.engine.previews import drawn_preview
from app.editor.engine.views.choosing import full_view, small_view
from app.editor.engine.views.points import reach
from graphs.results import files_of
from nodes.contracts.levels import Levels
from nodes.contracts.marks import Bars, Points, Polylines, Words
from nodes.contracts.media import Image, Number, Text
from nodes.contracts.plot import Plot, PlotAxis
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.table import Table
from nodes.contracts.trajectory import Trajectory


def sample(space: Space, *event: int, count: int = 5) -> Sample:
    points = torch.linspace(-1, 1, count * torch.Size(event).numel()).reshape(count, *event)
    x = torch.zeros(count, *event, dtype=torch.int64) if space.vocabulary else points
    return Sample(x, torch.zeros(count, dtype=torch.float64), space, Rows.first(0, count))


PIXELS = sample(Space("pixels", (3, 8, 8)), 3, 8, 8)
LATENTS = sample(Space("latents", (4, 8, 8), codec="haar"), 4, 8, 8)
PLANE = sample(Space("plane", (2,)), 2)
LINE = sample(Space("line", (1,)), 1)
WORDS = sample(Space("words", (3,), vocabulary=("a", "b")), 3)
IMAGE = Image(torch.arange(5 * 300 * 300 * 3).reshape(5, 300, 300, 3).to(torch.uint8))
PLOT = Plot(
    (
        Points(torch.zeros(3, 2), "some"),
        Polylines(torch.tensor([[[0.0, 1.0], [torch.nan, torch.nan], [2.0, 3.0]]]), colour="#112233"),
        Bars(torch.tensor([0.0, 1.0]), torch.tensor([2.0])),
        Words(torch.zeros(1, 2), ("here",)),
    ),
    "title",
    PlotAxis("x"),
)
TRAJECTORY = Trajectory(
    torch.tensor([[float("inf")] * 5, [1.0] * 5, [0.0] * 5], dtype=torch.float64),
    PIXELS.rows,
    PIXELS.space,
    x0=torch.stack([PIXELS.x, PIXELS.x]),
)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(PIXELS, "pictures"), (LATENTS, "pictures"), (PLANE, "points"), (LINE, "points"), (IMAGE, "pictures")],
)
def test_at_a_glance_a_batch_is_one_small_picture(value: object, kind: str) -> None:
    drawn = small_view(value)
    (picture,) = drawn.pictures
    with Pillow.open(io.BytesIO(picture.content)) as opened:
        assert opened.size == (picture.width, picture.height)
        assert max(opened.size) <= 256
    assert drawn.kind == kind


def test_tokens_are_text_with_their_masks() -> None:
    assert small_view(WORDS).text == "\n".join(["aaa"] * 5)


def test_pictures_in_full_are_a_sheet_and_each_of_them_as_it_is_saved() -> None:
    files = files_of(IMAGE)
    drawn = full_view(IMAGE, files)
    assert [picture.label for picture in drawn.pictures] == ["sheet", "1", "2", "3", "4", "5"]
    assert [picture.content for picture in drawn.pictures[1:]] == [file.content for file in files]
    assert {(picture.width, picture.height) for picture in drawn.pictures[1:]} == {(300, 300)}


def test_a_plot_in_full_has_its_numbers_with_the_colours_and_ranges_that_are_drawn() -> None:
    view, media = view_of(full_view(PLOT, files_of(PLOT)))
    data = json.loads(media[str(view["data"]).rpartition("/")[2]])
    (panel,) = data["panels"]
    points, lines, bars, words = panel["marks"]
    assert (points["mark"], points["colour"], points["at"]) == ("points", "#2f6db5", [[0.0, 0.0]] * 3)
    assert lines["at"] == [[[0.0, 1.0], [None, None], [2.0, 3.0]]]
    assert (lines["colour"], bars["heights"], words["texts"]) == ("#112233", [2.0], ["here"])
    assert data["x"]["low"] < 0
    assert data["x"]["high"] > 2
    assert (data["title"], data["x"]["label"], data["y"]["low"]) == ("title", "x", 0.0)


def test_points_in_full_are_a_plot_that_can_be_drawn_elsewhere() -> None:
    drawn = full_view(PLANE, ())
    assert isinstance(drawn.data, dict)
    assert (drawn.kind, len(drawn.pictures)) == ("points", 1)


def test_numbers_texts_and_tables_are_themselves_also_where_json_has_no_number() -> None:
    assert small_view(Number(2.5)).value == 2.5
    assert small_view(Number(float("nan"))).value == "nan"
    assert small_view(Text("two\nlines")).text == "two\nlines"
    table = small_view(Table((("a", (1.0, float("inf"))), ("b", ("x", None)))))
    assert table.data == {"columns": ["a", "b"], "rows": [[1.0, "x"], ["inf", None]], "count": 2}


def test_a_trajectory_has_a_picture_for_each_level() -> None:
    drawn = small_view(TRAJECTORY)
    assert drawn.kind == "trajectory"
    assert [picture.label for picture in drawn.pictures] == ["s = inf", "s = 1"]
    view, _ = view_of(drawn)
    items = view["items"]
    assert isinstance(items, list)
    assert [item["s"] for item in items if isinstance(item, dict)] == ["inf", 1.0]


def test_equal_media_have_one_name_and_a_view_names_all_of_its_media() -> None:
    one, media = view_of(small_view(PIXELS))
    again, _ = view_of(small_view(PIXELS))
    assert one == again
    assert [f"/media/{name}" for name in media] == [item["url"] for item in json.loads(json.dumps(one["items"]))]


@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_points_that_are_no_numbers_are_no_reason_to_show_nothing(broken: float) -> None:
    x = PLANE.x.clone()
    x[0] = broken
    found = drawn_preview(Sample(x, PLANE.s, PLANE.space, PLANE.rows))
    assert found is not None
    assert found.pictures


def test_what_cannot_be_drawn_is_not_shown() -> None:
    outside = Sample(WORDS.x + 9, WORDS.s, WORDS.space, WORDS.rows)
    assert drawn_preview(outside) is None
    assert drawn_preview(object()) == Drawn("summary", "object")


@pytest.mark.parametrize("size", [1e-3, 0.99, 1.0, 4.2, 123.0])
def test_the_frame_of_points_holds_nearly_all_and_is_a_round_number(size: float) -> None:
    half = reach(torch.full((100, 2), size, dtype=torch.float64))
    assert size <= half <= 2.1 * size
    assert reach(torch.zeros(0, 2, dtype=torch.float64)) == 1.0


def test_levels_are_seen_as_a_plot_over_the_steps() -> None:
    levels = Levels(torch.tensor([9.0, 3.0, 1.0, 0.0], dtype=torch.float64))
    seen = small_view(levels)
    assert (seen.kind, len(seen.pictures), seen.summary) == ("plot", 1, "Levels: 3 steps from 9 to 0")
    assert json.loads(json.dumps(seen.data))
