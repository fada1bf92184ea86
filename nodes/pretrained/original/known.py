"""What no tensor tells: how each family's data were noised, and the scale of its latents."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.pretrained.configs import Config
from nodes.pretrained.original.part import Tensors

V_PREDICTION, ZERO_TERMINAL = "v_pred", "ztsnr"
"""Empty tensors by which trainers mark a checkpoint that predicts v, or whose last level is pure noise."""
METADATA = {"modelspec.prediction_type": {"v": "v_prediction", "epsilon": "epsilon"}}
"""Where a file's own description says it, and how (Stability's ModelSpec)."""
SD = {"scaling_factor": 0.18215}
XL = {"scaling_factor": 0.13025}
SD3 = {"scaling_factor": 1.5305, "shift_factor": 0.0609}
FLUX = {"scaling_factor": 0.3611, "shift_factor": 0.1159}
"""Scales and shifts of latents."""
WIDTHS = (128, 256, 512, 512)
"""The channels of the VAE that all these families have."""


def table(tensors: Tensors, metadata: Mapping[str, str], otherwise: str = "epsilon") -> Config:
    """The scheduler of Stable Diffusion; `otherwise` is predicted where the file does not say what is."""
    said = (METADATA[key].get(text) for key, text in metadata.items() if key in METADATA)
    prediction = "v_prediction" if V_PREDICTION in tensors else next(filter(None, said), otherwise)
    return {
        "_class_name": "DDIMScheduler",
        "num_train_timesteps": 1000,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "prediction_type": prediction,
        "rescale_betas_zero_snr": ZERO_TERMINAL in tensors,
        "clip_sample": False,
        "set_alpha_to_one": False,
        "steps_offset": 1,
    }


def flow(shift: float, *, by_size: bool = False) -> Config:
    """The scheduler of a flow, with that shift or, of FLUX.1-dev, one that goes by the size of the picture."""
    return {
        "_class_name": "FlowMatchEulerDiscreteScheduler",
        "num_train_timesteps": 1000,
        "shift": shift,
        "use_dynamic_shifting": by_size,
        "base_shift": 0.5,
        "max_shift": 1.15,
        "base_image_seq_len": 256,
        "max_image_seq_len": 4096,
    }


def absent_vae(channels: int, numbers: Config) -> Config:
    """The VAE of the family, where the file has none: what its latents are is known all the same."""
    return {"latent_channels": channels, "block_out_channels": [*WIDTHS], **numbers}
