"""The pictures of the examples on the start page, made anew: `python -m tests.thumbnails [NAME …]`."""

from __future__ import annotations

import argparse
import io

from PIL import Image, ImageDraw, ImageFont

from graphs import run
from graphs.home import assets_folder
from graphs.results import files_of

SIZE = (416, 264)
GROUND = (17, 19, 25)
MARGIN = 18

LONGEST = 3.2
"""Of a strip that is longer for its height only the beginning is shown."""

SHOWN = {
    "best-of-n": "sheet",
    "bridge": "plot",
    "compose": "sheet",
    "compress": "sheet",
    "digits": "sheet",
    "edit-emoji": "sheet",
    "emoji": "sheet",
    "emoji-latent": "sheet",
    "few-steps": "jumps_plot",
    "filmstrip": "steps",
    "flow-vs-diffusion": "grids_plot",
    "guidance": "sheet",
    "guidance-zoo": "sheet",
    "img2img": "sheet",
    "inpaint": "ddnm_sheet",
    "inpaint-emoji": "resampled_sheet",
    "invert": "edit_sheet",
    "likelihood": "points",
    "lora": "sheet",
    "mixture": "panels",
    "names": "result",
    "restore": "sheet",
    "schedules": "noise_plot",
    "sde-vs-ode": "sde_plot",
    "search": "sheet",
    "steer-digits": "steered_sheet",
    "tokens": "unmasking",
    "trajectory": "trajectories",
    "uncertainty": "sheet",
    "which-solver": "plot",
}
"""Which node's result stands for an example."""
TOLD = {
    "stable-diffusion": (
        "hub:stable-diffusion-v1-5/",
        "    stable-diffusion-v1-5",
        "",
        "a lighthouse in a (storm:1.2),",
        "oil painting",
    )
}
"""What stands for an example that not everybody can run."""


def thumbnail(content: bytes, suffix: str) -> Image.Image:
    """A result as it is shown small: whole, in the middle, or its text."""
    ground = Image.new("RGB", SIZE, GROUND)
    if suffix == ".txt":
        font = ImageFont.load_default(17)
        lines = content.decode().replace("░", "·").splitlines()
        for number, line in enumerate(lines[:11]):
            ImageDraw.Draw(ground).text((MARGIN, MARGIN + 21 * number), line[:52], (176, 186, 204), font)
        return ground
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture = picture.crop((0, 0, min(picture.width, round(LONGEST * picture.height)), picture.height))
    room = (SIZE[0] - 2 * MARGIN, SIZE[1] - 2 * MARGIN)
    scale = min(room[0] / picture.width, room[1] / picture.height)
    small = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)),
        Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS,
    )
    ground.paste(small, ((SIZE[0] - small.width) // 2, (SIZE[1] - small.height) // 2))
    return ground


def main() -> None:
    """Run every example, or those that are named, and write its picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args().names or [*SHOWN, *TOLD]
    folder = assets_folder() / "pictures" / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    for example, node in ((name, SHOWN[name]) for name in wanted if name in SHOWN):
        file = files_of(run(example)[node]["out"])[0]
        thumbnail(file.content, file.suffix).save(folder / f"{example}.webp", quality=82, method=6)
        print(example, node)
    for example, lines in ((name, TOLD[name]) for name in wanted if name in TOLD):
        thumbnail("\n".join(lines).encode(), ".txt").save(folder / f"{example}.webp", quality=82, method=6)


if __name__ == "__main__":
    main()
