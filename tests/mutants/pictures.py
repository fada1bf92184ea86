"""Errors in pictures, and in what starts from one."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

LOAD = ("tests/nodes/picture/test_load.py",)
RESIZE = ("tests/nodes/picture/test_resize.py",)
MASKS = ("tests/nodes/picture/test_masks.py",)
SAMPLE = ("tests/nodes/picture/test_sample.py",)
NOISED = ("tests/nodes/noise/test_noised.py",)
STRENGTH = ("tests/nodes/levels/test_strength.py",)
INPAINT = ("tests/nodes/solver/test_inpaint.py",)

MUTANTS = (
    Mutant(
        "nodes/picture/load.py",
        "ImageOps.exif_transpose(file)",
        "file",
        LOAD,
        "a photo lies on its side",
    ),
    Mutant(
        "nodes/picture/load.py",
        "            check_pixels(*file.size, where=path.name)\n",
        "",
        LOAD,
        "a bomb is unpacked",
    ),
    Mutant(
        "nodes/picture/resize.py",
        "part = min(own_width / width, own_height / height)",
        "part = max(own_width / width, own_height / height)",
        RESIZE,
        "a crop reaches beyond the picture",
    ),
    Mutant(
        "nodes/picture/mask.py",
        "return 1 - image.pixels[..., -1].float() / WHITE",
        "return image.pixels[..., -1].float() / WHITE",
        MASKS,
        "what is seen is painted anew",
    ),
    Mutant(
        "nodes/picture/sample.py",
        "x[torch.arange(len(rows)) % len(x)]",
        "x[torch.arange(len(rows)) * len(x) // len(rows)]",
        SAMPLE,
        "pictures are not taken in turn",
    ),
    Mutant(
        "nodes/noise/noised.py",
        'rows = sample.rows.fork(variations, f"noised {seed}")',
        "rows = sample.rows.take(torch.arange(len(sample.rows)).repeat_interleave(variations))",
        NOISED,
        "the noise is the one that the sample came from",
    ),
    Mutant(
        "nodes/levels/strength.py",
        "min(int(whole * share), whole)",
        "min(round(whole * share), whole)",
        STRENGTH,
        "another number of steps than diffusers'",
    ),
    Mutant(
        "nodes/solver/inpaint.py",
        "eps = self.original.noise_in(sample.x, sample.s, sample.rows)",
        "eps = self.original.noise_in(state.x, state.s, state.rows)",
        INPAINT,
        "pure noise that enters a finite level is read as if it held the original",
    ),
    Mutant(
        "nodes/solver/inpaint.py",
        "std = beside(kernel.std, anew) * anew",
        "std = kernel.std",
        INPAINT,
        "what is known is drawn, too",
    ),
    Mutant(
        "nodes/solver/painting.py",
        "(1 - mask) * known + mask * x",
        "mask * known + (1 - mask) * x",
        INPAINT,
        "the mask is read the other way round",
    ),
    Mutant(
        "nodes/solver/painting.py",
        "image.pixels[:, None, ::block, ::block, :COLOURS]",
        "image.pixels[:, None, block - 1 :: block, block - 1 :: block, :COLOURS]",
        INPAINT,
        "latents take another pixel of the mask than in diffusers",
    ),
)
