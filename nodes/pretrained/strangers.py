"""Files of weights that are no checkpoint, and what to do with them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from graphs.errors import InputError
from nodes.networks.header import quote, some

ALLOWED = (
    "a checkpoint of Stable Diffusion 1, 2, XL or 3, or of FLUX.1, in one file; or a folder, as diffusers writes it"
)
NEVER = (
    (
        (".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", "lora.down.", "lora.up.", ".hada_w", ".lokr_w"),
        "an adapter (LoRA), which changes a checkpoint",
        "open the checkpoint that it was trained for here, and wire this file behind it by model.lora",
    ),
    (
        ("control_model.", "controlnet_cond_embedding.", "input_hint_block.", "controlnet_blocks."),
        "a ControlNet, which steers a checkpoint",
        "open the checkpoint that it was trained for here",
    ),
    (("emb_params", "string_to_param"), "a textual inversion, which is a word for a text encoder", ""),
    (("edm_mean",), "a checkpoint that was noised in a way that is not known here", ""),
)
"""Parts of names that no checkpoint of a known family has, what the file is, and what helps."""
UNKNOWN = (
    (("vision_model.",), "an encoder of pictures", ""),
    (
        ("text_model.encoder.", "encoder.block.0.layer.0.SelfAttention."),
        "a text encoder by itself",
        "choose a checkpoint that holds a network",
    ),
    (
        ("transformer_blocks.", "down_blocks.", "decoder.up_blocks."),
        "one part of a checkpoint in a folder",
        "choose the folder that its configurations lie in",
    ),
)
"""The same of files that are of no known family."""


def refuse_strangers(names: Collection[str], path: Path) -> None:
    """`InputError` for a file that is something else than a checkpoint."""
    for signs, what, mend in NEVER:
        if any(sign in name for name in names for sign in signs):
            raise InputError(f"this file is {what}", where=str(path), allowed=ALLOWED, mend=mend)


def stranger(names: Collection[str], path: Path) -> InputError:
    """What is wrong with a file of such tensors, which are of no known family."""
    for signs, what, mend in UNKNOWN:
        if any(sign in name for name in names for sign in signs):
            return InputError(f"this file is {what}", where=str(path), allowed=ALLOWED, mend=mend)
    given = f"{len(names)} tensors, as {some([quote(name) for name in sorted(names)])}" if names else "no tensors"
    return InputError("it is not known what this file holds", where=str(path), given=given, allowed=ALLOWED)
