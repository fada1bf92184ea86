"""Checkpoints of other people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeAlias

from graphs import Estimate, FilePath, InputError, Number, RunContext, Span, abilities, also, node
from nodes.contracts.codec import Codec
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.networks.dtypes import compute_dtype
from nodes.pretrained.family import Wishes
from nodes.pretrained.model import Pretrained
from nodes.pretrained.opening import family_kind, source_of
from nodes.pretrained.parts import Parts

Source: TypeAlias = Annotated[str | Path | None, FilePath(folder=True), also("checkpoint", "ckpt_name")]
Words: TypeAlias = Annotated[str | Path | None, FilePath(folder=True), also("vocabulary")]


class Opened(NamedTuple):
    """A checkpoint: its network, what encodes and decodes its points, and the process that its grids follow."""

    model: Model
    codec: Codec
    process: Process


@node(
    cost=Estimate(each=Span.of(1)),
    abilities=abilities("prompt", "conditional", "differentiable", "low_rank", "controlnet"),
)
def pretrained(
    *,
    source: Source = None,
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    clip_skip: Annotated[int, Number(integer=True, minimum=0, maximum=11)] = 0,
    prediction: Literal["auto", "epsilon", "v_prediction", "sample"] = "auto",
    max_sequence_length: Annotated[int, Number(integer=True, minimum=0, maximum=4096)] = 0,
    tokenizer: Words = None,
    allow_pickle: bool = False,
    run: RunContext,
) -> Opened:
    """A checkpoint of the diffusers library, or in one file as its makers wrote it: a model, a codec and a process.

    Points are the network's own, as latents [4, 64, 64] of Stable Diffusion; `codec` leads to pixels and back.
    A single file is of Stable Diffusion 1, 2, XL or 3, or of FLUX.1; what its tensors do not tell is what its family
    has. Of Stable Diffusion 2 the model for 768 pixels is meant: for the one for 512, and its Turbo, set `prediction`
    to "epsilon". A file holds no vocabulary: it is looked for in the folder `tokenizer`, or else beside the file, in
    the folders there, and in the hub's cache.

    x0 is read off the network's own prediction (ε, v, x0 or the flow's velocity) at the level's time of the process
    that the checkpoint's scheduler describes; wire `process` to grids that go by times. Where a flow's shift goes by
    the size of the picture, as FLUX's, `process` has that of the size that was trained; for others wire
    process.flow_by_resolution. `clip_skip` leaves out last layers of CLIP; a T5 encoder reads `max_sequence_length`
    tokens at once (0: 256 for SD3, 512 for FLUX), and longer prompts in parts. `dtype` "auto" is that of the file on a
    GPU, and float32 on a CPU without instructions for bfloat16; the codec computes in float32.
    Cost: 1 model row per sample. Source: Rombach et al. 2022 (arXiv:2112.10752).
    Errors: no checkpoint; one of an unknown kind; weights that are pickles; no vocabulary; the library is not
    installed.
    """
    if source is None:
        raise InputError(
            "no checkpoint is chosen",
            where="source",
            allowed="a folder, as diffusers writes it, or a single .safetensors file",
            mend='set `source` to {"file": path} or "hub:OWNER/NAME"; `noiseloom models` lists what is here',
        )
    words = None if tokenizer is None else Path(tokenizer)
    found = source_of(Path(source), pickles=allow_pickle, words=words)
    kind = family_kind(found)
    computed = compute_dtype(dtype, found.stored(kind.network), run.device)
    family = kind(
        Parts(found, computed, run.device, run.residents),
        Wishes(clip_skip, None if prediction == "auto" else prediction, max_sequence_length),
    )
    return Opened(Pretrained(family), family.codec(), family.noising.grid)
