"""SD3: the results of diffusers' own pipeline, from the same folder, latents and levels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from graphs.running.context import Meter
from nodes.cond.prompt import prompt
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.guidance.cfg import cfg
from nodes.model.pretrained import Opened
from nodes.pretrained.families.stable_diffusion_3 import StableDiffusion3
from nodes.pretrained.family import Wishes
from nodes.pretrained.folder import Folder
from nodes.pretrained.parts import Parts
from tests.nodes.pretrained.matching import CLOSE, STEPS, flow_levels, noise, opened, sampled, seen
from tests.nodes.pretrained.tiny import Pipeline
from tests.nodes.pretrained.tiny_families import stable_diffusion_3

TEXTS, NEGATIVE = ["a cat", "dog"], ["red cat", "a dog, a dog"]
SCALE, LENGTH = 4.0, 24
VAE = "vae"
"""The part of the pipeline."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stable_diffusion_3")


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Pipeline:
    made = stable_diffusion_3(folder)
    made.save_pretrained(folder / "checkpoint")
    return made


@pytest.fixture(scope="module")
def ours(folder: Path, pipeline: Pipeline) -> Opened:
    return opened(folder / "checkpoint", length=LENGTH)


def theirs(pipeline: Pipeline, x: Tensor, **settings: object) -> Tensor:
    """The pipeline's result, of the size of the latents."""
    height, width = (2 * side for side in x.shape[-2:])
    given = {"height": height, "width": width, "max_sequence_length": LENGTH, "output_type": "latent", **settings}
    return pipeline(TEXTS, latents=x.clone(), num_inference_steps=STEPS, guidance_scale=SCALE, **given).images


def result(made: Opened, pipeline: Pipeline, x: Tensor, negative: Cond | None) -> Tensor:
    """Ours, along the pipeline's last levels."""
    guided = cfg(made.model, prompt(made.model, text="\n".join(TEXTS)), negative, guidance_scale=SCALE)
    return sampled(guided, x, flow_levels(pipeline.scheduler))


def test_guidance_with_a_negative_prompt_and_pictures_of_another_size_are_the_pipelines(
    pipeline: Pipeline, ours: Opened
) -> None:
    x = noise(4, 8, 24)
    expected = theirs(pipeline, x, negative_prompt=NEGATIVE)
    found = result(ours, pipeline, x, prompt(ours.model, text="\n".join(NEGATIVE)))
    torch.testing.assert_close(found, expected, atol=CLOSE, rtol=0)
    pictures = theirs(pipeline, x, negative_prompt=NEGATIVE, output_type="pt")
    torch.testing.assert_close(seen(ours.codec, found, ours.model.space), pictures, atol=CLOSE, rtol=0)


def test_no_condition_is_the_empty_text_and_clip_skip_is_the_pipelines(pipeline: Pipeline, folder: Path) -> None:
    made, x = opened(folder / "checkpoint", clip_skip=1, length=LENGTH), noise(4, 16, 16)
    expected = theirs(pipeline, x, clip_skip=1)
    plain = opened(folder / "checkpoint", length=LENGTH)
    # The pipeline skips no layers of what is to be avoided.
    found = result(made, pipeline, x, prompt(plain.model, text=""))
    torch.testing.assert_close(found, expected, atol=CLOSE, rtol=0)
    empty = prompt(plain.model, text="")
    assert plain.model.space.event == (4, 16, 16)
    assert torch.equal(result(plain, pipeline, x, None), result(plain, pipeline, x, empty))


def test_a_checkpoint_without_t5_says_zeros_for_it(tmp_path: Path) -> None:
    pipeline, x = stable_diffusion_3(tmp_path, long=False), noise(4, 16, 16)
    pipeline.save_pretrained(tmp_path / "checkpoint")
    made = opened(tmp_path / "checkpoint", length=LENGTH)
    expected = theirs(pipeline, x)
    torch.testing.assert_close(result(made, pipeline, x, None), expected, atol=CLOSE, rtol=0)


def test_t5_reads_as_many_tokens_as_the_pipeline_has_it_read(pipeline: Pipeline, folder: Path) -> None:
    context = prompt(opened(folder / "checkpoint").model, text="a cat").entries["context"]
    assert context.shape == (1, 77 + 256, 80)


def test_a_longer_prompt_is_read_in_parts_and_a_weight_changes_its_own_words_only(ours: Opened) -> None:
    once, more = (prompt(ours.model, text=text).entries["context"] for text in ("red cat", "red (cat:1.5)"))
    changed = ~torch.isclose(once, more, atol=1e-5).all(-1)[0]
    # Begin, red and then cat of CLIP, whose red is three letters; red and then cat of T5.
    assert changed.nonzero()[:, 0].tolist() == [4, 77 + 1]
    long = prompt(ours.model, text=" ".join(["cat"] * 30)).entries["context"]
    assert long.shape == (1, 77 + 2 * LENGTH, 80)


def test_a_missing_clip_says_zeros_as_wide_as_it_would_be(pipeline: Pipeline, folder: Path) -> None:

    source = Folder(folder / "checkpoint")
    whole = StableDiffusion3(Parts(source, torch.float32, "cpu"), Wishes(max_sequence_length=LENGTH)).encode(("cat",))
    less = Folder(folder / "checkpoint")
    del less.components["text_encoder"]
    family = StableDiffusion3(Parts(less, torch.float32, "cpu"), Wishes(max_sequence_length=LENGTH))
    cond = family.encode(("cat",))
    for name, entry in whole.entries.items():
        zeroed = entry.clone()
        zeroed[..., :77, :32] = 0
        if name == "pooled":
            zeroed = torch.cat([torch.zeros(1, 32), entry[:, 32:]], 1)
        torch.testing.assert_close(cond.entries[name], zeroed)
    del less.components["text_encoder_2"]
    assert family.encode(("cat",)).entries["context"].shape == (1, LENGTH, 80)


def test_points_that_the_network_cannot_place_are_refused(pipeline: Pipeline, ours: Opened) -> None:
    for x, problem in ((noise(4, 9, 8), "patches"), (noise(4, 34, 8), "no places")):
        with pytest.raises(InputError, match=problem):
            sampled(ours.model, x, flow_levels(pipeline.scheduler))


def test_encoding_and_decoding_without_a_layer_between_are_the_vaes(pipeline: Pipeline, ours: Opened) -> None:
    clean = torch.zeros(2, dtype=torch.float64)
    pictures = Sample(noise(3, 16, 16).tanh(), clean, Space("pixels", (3, 16, 16)), Rows.first(0, 2))
    encoded = ours.codec.encode(pictures, Context(Meter()))
    expected = (getattr(pipeline, VAE).encode(pictures.x).latent_dist.mode() - 0.0609) * 1.5035
    torch.testing.assert_close(encoded.x, expected)
    assert encoded.space.codec == ours.model.space.codec
