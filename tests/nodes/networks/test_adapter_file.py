"""Files of adapters: their scales, and those of other kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file
from torch import Tensor

from graphs import InputError
from nodes.networks.adapter_file import open_adapter

PAIR = {"unet.a.lora_A.weight": torch.ones(4, 3), "unet.a.lora_B.weight": torch.ones(2, 4)}


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        ({}, 1.0),
        ({"unet.lora_alpha": 8, "unet.r": 4}, 2.0),
        ({"unet.lora_alpha": 8, "unet.alpha_pattern": {"a": 2}}, 0.5),
        ({"unet.lora_alpha": 8, "unet.use_rslora": True}, 4.0),
        ({"text_encoder.lora_alpha": 8}, 1.0),
    ],
)
def test_the_settings_in_the_header_scale_the_factors(
    settings: dict[str, object], scale: float, tmp_path: Path
) -> None:
    path = tmp_path / "a.safetensors"
    save_file(PAIR, path, metadata={"lora_adapter_metadata": json.dumps(settings)})
    found = open_adapter(path)
    assert torch.equal(found.up["unet.a"], torch.full((2, 4), scale))
    assert torch.equal(found.down["unet.a"], PAIR["unet.a.lora_A.weight"])


def test_a_layers_own_alpha_goes_before_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(
        {**PAIR, "unet.a.alpha": torch.tensor(1.0)}, path, metadata={"lora_adapter_metadata": '{"unet.lora_alpha": 8}'}
    )
    assert torch.equal(open_adapter(path).up["unet.a"], torch.full((2, 4), 0.25))


@pytest.mark.parametrize(
    ("others", "kind"),
    [
        ({"lora_unet_x.hada_w1_a": torch.zeros(2, 2)}, "LoHa"),
        ({"lora_unet_x.lokr_w1": torch.zeros(2, 2)}, "LoKr"),
        ({**PAIR, "unet.a.dora_scale": torch.zeros(2, 1)}, "DoRA"),
        ({**PAIR, "unet.a.lora_mid.weight": torch.zeros(2, 2)}, "middle factor"),
        ({**PAIR, "unet.a.novel": torch.zeros(2, 2)}, "another kind"),
    ],
)
def test_adapters_of_another_kind_are_refused_by_name(others: dict[str, Tensor], kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(save(others))
    with pytest.raises(InputError, match=kind) as caught:
        open_adapter(path)
    assert list(others)[-1] in caught.value.given


def test_settings_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(PAIR, path, metadata={"lora_adapter_metadata": "7"})
    with pytest.raises(InputError, match="settings cannot be read"):
        open_adapter(path)
