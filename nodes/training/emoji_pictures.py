"""The emoji's pictures: read, laid on white, twice as large as they are drawn; and drawn, moved and repainted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional

from graphs.errors import InputError
from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows

SIZE = 32
"""Side of a drawn picture in pixels, where no other is asked for."""

FINENESS = 2
"""Pixels of a kept picture to a drawn one, in each direction."""

TURN, ZOOM, SHIFT = 0.05, 0.1, 0.06
"""The most of each: radians, by how much smaller, halves of a picture."""

HUES = {
    "red": (1.0, 0.1, 0.1),
    "orange": (1.0, 0.5, 0.0),
    "yellow": (1.0, 0.9, 0.0),
    "green": (0.1, 0.8, 0.1),
    "blue": (0.1, 0.4, 1.0),
    "purple": (0.6, 0.1, 0.9),
    "pink": (1.0, 0.5, 0.75),
    "grey": (0.5, 0.5, 0.5),
}
"""What a full colour is repainted to, by its word: red, green and blue in [0, 1]."""


def read_picture(path: Path, size: int = SIZE) -> Tensor:
    """A picture file on white, to be drawn in `size`: uint8 [3, 2 size, 2 size]; `InputError` where it is none."""
    try:
        with Image.open(path) as file:
            picture = file.convert("RGBA")
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"the picture cannot be read: {error}", where=str(path), mend="install it again") from None
    white = Image.new("RGBA", picture.size, "white")
    side = size * FINENESS
    method = Image.Resampling.BOX if side <= min(picture.size) else Image.Resampling.BICUBIC
    flat = Image.alpha_composite(white, picture).convert("RGB").resize((side, side), method)
    return torch.from_numpy(np.array(flat)).permute(2, 0, 1).contiguous()


def varied(rows: Rows, step: int) -> Tensor:
    """Placings [B, 2, 3] at random, by each row's seed and the step.

    They map a drawn picture's coordinates, -1 to 1 from edge to edge, to those of the kept one. Pictures
    get smaller, never larger, so that little is cut off. None is mirrored: some hold letters.
    """
    turn, zoom, right, down = (2 * uniform(rows, (4,), "placing", step=step).float() - 1).unbind(1)
    turn, zoom = TURN * turn, 1 + ZOOM * (1 + zoom) / 2
    across = torch.stack([zoom * turn.cos(), -zoom * turn.sin(), SHIFT * right], 1)
    along = torch.stack([zoom * turn.sin(), zoom * turn.cos(), SHIFT * down], 1)
    return torch.stack([across, along], 1)


def draw(kept: Tensor, placing: Tensor) -> Tensor:
    """Pictures [B, 3, S, S] in [-1, 1] of kept ones, uint8 [B, 3, 2 S, 2 S]; white where nothing was kept."""
    darkness = 1 - kept.float() / 255
    grid = functional.affine_grid(placing, list(kept.shape), align_corners=False)
    moved = functional.grid_sample(darkness, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return 1 - 2 * functional.avg_pool2d(moved, FINENESS)


def colourfulness(kept: Tensor) -> Tensor:
    """The mean difference between the strongest and the weakest channel, [B] in [0, 1]."""
    return (kept.amax(1).float() - kept.amin(1).float()).mean((1, 2)) / 255


def repaint(pictures: Tensor, hues: Tensor) -> Tensor:
    """Pictures [B, 3, H, W] with their colours replaced by `hues` [B, 3]; white, grey and black stay.

    Each pixel keeps its grey part, and the full colour that is mixed into it becomes the hue.
    """
    least, most = pictures.amin(1, keepdim=True), pictures.amax(1, keepdim=True)
    return least + (most - least) * hues[:, :, None, None]
