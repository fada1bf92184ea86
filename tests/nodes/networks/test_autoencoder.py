"""An autoencoder sees as far as it says, and its file is opened only when it fits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.autoencoder import Autoencoder, codec_name
from nodes.networks.autoencoder_configuration import AutoencoderConfiguration, Latents
from nodes.networks.checkpoint import open_autoencoder, open_checkpoint, serialise
from tests.nodes.networks.examples import put_together, small_file, take_apart
from tests.nodes.networks.small_autoencoder import LATENTS, SMALL, random_autoencoder


def pictures(count: int = 1, side: int = 16) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1


def written(folder: Path, network: Autoencoder, dtype: torch.dtype = torch.float32) -> Path:
    path = folder / "autoencoder.safetensors"
    path.write_bytes(serialise(network, dtype))
    return path


def test_an_autoencoder_survives_its_file(tmp_path: Path) -> None:
    before = random_autoencoder()
    after = open_autoencoder(written(tmp_path, before))
    assert after.configuration == SMALL
    assert not any(weight.requires_grad for weight in after.parameters())
    torch.testing.assert_close(after.decode(after.encode(pictures())), before.decode(before.encode(pictures())))


def test_latents_are_less_the_shift_and_over_the_scale() -> None:
    plain = SMALL.model_copy(update={"latents": Latents.untrained(2, 3)})
    raw, scaled = random_autoencoder(plain).encode(pictures()), random_autoencoder().encode(pictures())
    shift, scale = (torch.tensor(values)[:, None, None] for values in (LATENTS.shift, LATENTS.scale))
    torch.testing.assert_close(scaled, (raw - shift) / scale)
    torch.testing.assert_close(random_autoencoder(plain).decode(raw), random_autoencoder().decode(scaled))


def test_a_latent_sees_as_far_as_the_reach_and_no_further() -> None:
    network, side, middle = random_autoencoder(), 80, 10
    x = pictures(side=side).requires_grad_()
    (seen,) = torch.autograd.grad(network.encode(x)[0, :, middle, middle].sum(), x)
    rows = seen.abs().sum((0, 1, 3)).nonzero()[:, 0]
    first, last = 4 * middle - int(rows.min()), int(rows.max()) - (4 * middle + 3)
    assert max(first, last) <= network.reach.encoder
    assert max(first, last) > network.reach.encoder - 4


def test_what_a_latent_says_is_seen_as_far_as_the_reach_and_no_further() -> None:
    network, middle = random_autoencoder(), 10
    z = torch.randn(1, 2, 20, 20, generator=torch.Generator().manual_seed(2))
    other = z.clone()
    other[:, :, middle, middle] += 1
    rows = (network.decode(other) - network.decode(z)).abs().sum((0, 1, 3)).nonzero()[:, 0]
    first, last = 4 * middle - int(rows.min()), int(rows.max()) - (4 * middle + 3)
    assert max(first, last) <= network.reach.decoder
    assert max(first, last) > network.reach.decoder - 4


def test_the_name_is_of_the_weights_and_the_scale_and_of_nothing_that_is_told() -> None:
    name = codec_name(random_autoencoder())
    other = LATENTS.model_copy(update={"scale": (2.0, 0.5)})
    assert name == codec_name(random_autoencoder(SMALL.model_copy(update={"title": "other", "licence": "other"})))
    assert name != codec_name(random_autoencoder(seed=1))
    assert name != codec_name(random_autoencoder(SMALL.model_copy(update={"latents": other})))


def test_the_name_survives_a_file_of_half_the_size(tmp_path: Path) -> None:
    once = open_autoencoder(written(tmp_path, random_autoencoder(), torch.float16))
    name = codec_name(once)
    assert codec_name(open_autoencoder(written(tmp_path, once, torch.float16))) == name


def test_each_kind_of_network_names_the_node_that_opens_the_other(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="another kind") as refused:
        open_checkpoint(written(tmp_path, random_autoencoder()))
    assert refused.value.mend == "open it with codec.autoencoder"
    (tmp_path / "denoiser").write_bytes(small_file())
    with pytest.raises(InputError, match="another kind") as refused:
        open_autoencoder(tmp_path / "denoiser")
    assert refused.value.mend == "open it with model.checkpoint"


def test_a_file_without_a_tensor_of_its_configuration_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, random_autoencoder())
    header, body = take_apart(path.read_bytes())
    del header["decoder.exit.bias"]
    path.write_bytes(put_together(header, body))
    with pytest.raises(InputError, match="not those of the configuration") as refused:
        open_autoencoder(path)
    assert "'decoder.exit.bias'" in refused.value.given


def test_a_network_far_too_large_is_refused_before_it_is_built(tmp_path: Path) -> None:
    large = SMALL.model_copy(update={"encoder_widths": (1024, 1024), "encoder_blocks": (16, 16)})
    path = tmp_path / "large"
    header, body = take_apart(serialise(random_autoencoder(), torch.float32))
    path.write_bytes(put_together(header | {"__metadata__": {"noiseloom": large.model_dump_json()}}, body))
    with pytest.raises(InputError, match="too much memory"):
        open_autoencoder(path)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("architecture", "unet", "autoencoder"),
        ("channels", 0, "greater than or equal to 1"),
        ("latent_channels", 65, "less than or equal to 64"),
        ("latent_channels", 3, "not those of 3 channels"),
        ("size", 18, "no multiple of 4"),
        ("encoder_widths", (), "at least 1 item"),
        ("encoder_widths", (4, 10**9), "less than or equal to 1024"),
        ("decoder_widths", (4,), "decoder_widths has 1 entries"),
        ("decoder_blocks", (1, 10**9), "less than or equal to 16"),
        ("encoder_blocks", (1, 1, 1), "encoder_blocks has 3 entries"),
        ("latents", {**LATENTS.model_dump(), "scale": (1.0, 0.0)}, "greater than 0"),
        ("latents", {**LATENTS.model_dump(), "shift": (1.0, float("nan"))}, "finite"),
        ("latents", {**LATENTS.model_dump(), "preview": ((0.0, 0.0),) * 3}, "does not lead from 2 channels to 3"),
        ("device", "cuda", "not permitted"),
    ],
)
def test_a_configuration_out_of_bounds_is_refused(field: str, value: object, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        AutoencoderConfiguration.model_validate(SMALL.model_dump() | {field: value})
    assert caught.value.error_count() == 1
