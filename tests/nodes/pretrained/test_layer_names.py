"""Layers of adapters by the names of the modules that they are for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import nn

from graphs import InputError
from nodes.networks.adapter_file import open_adapter
from nodes.networks.low_rank import Factors
from nodes.pretrained.adapters import fitted
from nodes.pretrained.layer_names import MAIN, component_of, wanted
from tests.nodes.pretrained.adapting import TEXT, UNET, Format, random_layers, written
from tests.nodes.pretrained.tiny import DIFFUSERS, clip, seeded, unet
from tests.nodes.pretrained.words import clip_words


def networked(made: object) -> nn.Module:
    assert isinstance(made, nn.Module)
    return made


def network() -> nn.Module:
    seeded()
    return networked(unet())


def wide() -> nn.Module:
    """A UNet of levels as SDXL has them, on nothing."""
    with torch.device("meta"):
        return networked(
            DIFFUSERS.UNet2DConditionModel(
                block_out_channels=(32, 64, 64),
                layers_per_block=2,
                transformer_layers_per_block=(1, 1, 2),
                down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
                up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
                addition_embed_type="text_time",
                addition_time_embed_dim=8,
                projection_class_embeddings_input_dim=80,
                cross_attention_dim=32,
            )
        )


@pytest.mark.parametrize("kind", ["diffusers", "kohya"])
def test_one_adapter_in_two_formats_is_one(kind: Format, tmp_path: Path) -> None:
    model = network()
    words = clip_words(tmp_path / "words")
    text = networked(clip(words))
    layers = [*random_layers("unet", model, UNET, 1), *random_layers("text_encoder", text, TEXT, 1)]
    first = open_adapter(written(tmp_path / "a.safetensors", layers, "peft"))
    second = open_adapter(written(tmp_path / "b.safetensors", layers, kind))
    for component, part in ((MAIN, model), ("text_encoder", text)):
        one, other = fitted(first, component, part), fitted(second, component, part)
        names = {layer.name for layer in layers if (layer.component == "unet") == (component == MAIN)}
        assert set(one.down) == set(other.down) == names
        for name in names:
            torch.testing.assert_close(one.down[name], other.down[name])
            torch.testing.assert_close(one.up[name], other.up[name])


def test_names_of_the_original_code_are_those_that_diffusers_makes_of_them() -> None:
    model = wide()
    shared = import_module("diffusers.loaders.lora_conversion_utils")
    names = (
        *("input_blocks_4_1_transformer_blocks_0_attn1_to_q", "input_blocks_5_1_proj_in", "input_blocks_3_0_op"),
        *(
            "middle_block_1_transformer_blocks_1_attn2_to_k",
            "middle_block_2_in_layers_2",
            "input_blocks_1_0_in_layers_2",
        ),
        *("output_blocks_2_1_transformer_blocks_0_ff_net_0_proj", "output_blocks_3_0_skip_connection"),
        *("output_blocks_8_0_out_layers_3", "output_blocks_2_2_conv", "input_blocks_4_0_emb_layers_1"),
        *("label_emb_0_0", "time_embed_2", "input_blocks_0_0", "out_2"),
    )
    for name in names:
        state = {f"lora_unet_{name}.lora_{side}.weight": torch.zeros(1, 1) for side in ("down", "up")}
        mapped = shared._maybe_map_sgm_blocks_to_diffusers(dict(state), model.config)
        theirs = next(iter(shared._convert_non_diffusers_lora_to_diffusers(mapped)[0])).removeprefix("unet.")
        layer = theirs.split(".lora.")[0].split("_lora.")[0].replace(".processor.", ".")
        ours = fitted(Factors(*({f"lora_unet_{name}": torch.zeros(1, 1)} for _ in range(2))), MAIN, model)
        assert _bare(next(iter(ours.down))) == _bare(layer), name


def _bare(name: str) -> str:
    return name.replace(".", "_").replace("to_out_0", "to_out")


@pytest.mark.parametrize(
    ("layer", "component", "module"),
    [
        ("unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out", MAIN, "attn1_to_out_0"),
        ("text_encoder_2.text_model.encoder.layers.0.self_attn.to_q", "text_encoder_2", "layers_0_self_attn_q_proj"),
        ("lora_te_text_model_encoder_layers_1_mlp_fc1", "text_encoder", "encoder_layers_1_mlp_fc1"),
        ("transformer.x_embedder", MAIN, "x_embedder"),
        ("down_blocks.0.resnets.0.conv1", MAIN, "down_blocks_0_resnets_0_conv1"),
    ],
)
def test_older_names_say_the_same_layers(layer: str, component: str, module: str) -> None:
    assert component_of(layer) == component
    assert list(wanted(layer))[-1].endswith(module)


def test_a_layer_that_the_network_lacks_is_named() -> None:
    foreign = Factors({"unet.nowhere.to_q": torch.zeros(1, 2)}, {"unet.nowhere.to_q": torch.zeros(2, 1)})
    with pytest.raises(InputError, match="another network") as caught:
        fitted(foreign, MAIN, network())
    assert "unet.nowhere.to_q" in caught.value.given
