"""A network on latents: trained on what the autoencoder gives, opened by its node, decoded by its codec alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.codec.autoencoder import Learned
from nodes.contracts.rows import Rows
from nodes.decoder.decode import decode
from nodes.model.checkpoint import checkpoint
from nodes.networks.autoencoder import codec_name
from nodes.noise.gaussian import gaussian
from nodes.training.emoji_examples import EmojiExamples
from nodes.training.emoji_latents import EmojiLatents, course
from nodes.training.emoji_table import read_table
from nodes.training.recipe import Recipe
from tests.nodes.networks.small_autoencoder import random_autoencoder
from tests.nodes.training.emoji_toys import packages


def test_a_batch_is_the_pictures_as_latents_with_their_texts(tmp_path: Path) -> None:
    examples, autoencoder = EmojiExamples(read_table(packages(tmp_path)), 16), random_autoencoder()
    pictures, texts = examples.batch(Rows.first(0, 3), 7)
    latents, same = EmojiLatents(examples, autoencoder).batch(Rows.first(0, 3), 7)
    assert pictures.shape == (3, 3, 16, 16)
    torch.testing.assert_close(latents, autoencoder.encode(pictures))
    assert same == texts


def test_the_file_opens_as_a_model_of_latents_that_its_codec_decodes(tmp_path: Path) -> None:
    autoencoder = random_autoencoder()
    made = course(read_table(packages(tmp_path)), autoencoder, tmp_path / "out", Recipe(batch=2))
    list(made.train(until=1))
    made.keep()
    run = RunContext(Meter())
    model = checkpoint(weights=tmp_path / "out" / "emoji-latent.safetensors", run=run)
    space = model.space
    assert (space.name, space.event, space.codec) == ("latents", (2, 4, 4), codec_name(autoencoder))
    noise = gaussian(model, count=2)
    clean = noise.take(torch.arange(2))
    clean.s.zero_()
    assert decode(clean, Learned(autoencoder, 512, 96), run=run).space.event == (3, 16, 16)
    with pytest.raises(InputError, match="not the codec's latents"):
        decode(clean, Learned(random_autoencoder(seed=1), 512, 96), run=run)
