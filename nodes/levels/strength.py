"""The end of a grid, for a start that is noised less."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from graphs import Estimate, InputError, Known, Number, Span, also, node
from nodes.contracts.levels import Levels

Share: TypeAlias = Annotated[float, Number(minimum=0, maximum=1, step=0.05), also("denoise", "denoising_strength")]
Part: TypeAlias = Literal["leave_out", "keep"]


def cost(known: Known) -> Estimate:
    """The steps that are left, where the share is known; else at most as many."""
    given, share = known.input("levels"), known.value("strength")
    steps, first = Span(1, given.steps.high), Span(0, given.first_open.high)
    if isinstance(share, (int, float)) and given.steps.exact:
        whole = int(given.steps.low)
        kept = whole - left_out(whole, share, keep=known.value("partial_step") == "keep")
        steps, first = Span.of(max(1, kept)), given.first_open if kept == whole else Span.of(0)
    return Estimate(steps=steps, first_open=first, last_open=given.last_open)


@node(cost=cost)
def strength(levels: Levels, *, strength: Share = 0.8, partial_step: Part = "leave_out") -> Levels:
    """The last share of a grid's steps, for img2img: [N + 1] → [K + 1], K = ⌊N·strength⌋ (SDEdit, arXiv:2108.01073).

    Exactly as the img2img of diffusers for Stable Diffusion: min(int(N·strength), N) steps are made. With
    `partial_step` "keep" what is left of a step is made too, N − int(N − N·strength), as for Stable Diffusion 3 and
    Flux. strength 1 is the grid itself, and begins as it does: from pure noise, nothing stays of the sample. Wire the
    result to noise.noised and to the solver. (ComfyUI's denoise makes a finer grid instead, of N/denoise steps, and
    then its last N: set the steps of the grid so.) Levels for each row or place keep their shape. Cost: none.
    Errors: a strength that leaves no step.
    """
    whole = len(levels)
    cut = left_out(whole, strength, keep=partial_step == "keep")
    if cut >= whole:
        raise InputError(
            "no step is left",
            given=f"strength {strength:g} of {whole} steps",
            allowed=f"a strength of {1 / whole:.3g} or more",
            mend="raise `strength`, or take more steps",
        )
    return Levels(levels.s[cut:])


def left_out(whole: int, share: float, *, keep: bool) -> int:
    """How many steps are not made, in the very arithmetic of diffusers."""
    if keep:
        return int(max(whole - min(whole * share, whole), 0))
    return max(whole - min(int(whole * share), whole), 0)
