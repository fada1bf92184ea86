"""All pictures of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import torch
from PIL import Image as Pillow
from PIL import ImageOps

from graphs import Estimate, FilePath, InputError, Number, also, node
from nodes.contracts.media import Image
from nodes.picture.load import SUFFIXES, read_picture
from nodes.picture.pillow import Colour, check_pixels, closed

Pictures: TypeAlias = Annotated[str | Path | None, FilePath(folder=True), also("directory", "path")]
Side: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=4096, unit="px")]
Most: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=100_000), also("image_load_cap", "limit")]


@node(cost=Estimate())
def folder(
    *, folder: Pictures = None, width: Side = 64, height: Side = 64, most: Most = 1000, background: Colour = "#ffffff"
) -> Image:
    """Load all pictures of a folder, in the order of their names, as uint8 [B, height, width, 3].

    PNG, JPEG and WebP; hidden files, other files and folders inside are passed over. Each is made to fill the size, its
    middle kept, and what is transparent is laid on the `background`. model.empirical, model.patches and model.fitted
    take the result as their data. Cost: none.
    Errors: no folder, or one without pictures; a picture that is damaged; more than `most`, or 2^26 pixels in all.
    """
    if folder is None:
        raise InputError("no folder is chosen", where="folder", mend='set `folder` to {"file": path}')
    paths = sorted(path for path in Path(folder).iterdir() if _is_picture(path))
    if not 0 < len(paths) <= most:
        raise InputError(
            "the folder has too many pictures" if paths else "the folder has no pictures",
            where="folder",
            given=f"{len(paths)} of {', '.join(SUFFIXES)}",
            allowed=f"1 to {most}",
            mend="set a larger `most`, or move some away" if paths else "choose the folder that holds them",
        )
    check_pixels(width, height * len(paths), "folder")
    return Image(torch.stack([closed(_fitted(path, (width, height), background)) for path in paths]))


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _fitted(path: Path, size: tuple[int, int], background: str) -> Pillow.Image:
    picture = read_picture(path, "lay", background).convert("RGB")
    return ImageOps.fit(picture, size, Pillow.Resampling.LANCZOS)
