"""`noiseloom models fetch`: the one command that downloads, and so the consent to it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from graphs.errors import InputError, NoiseloomError
from graphs.hub import ALLOWED, NEWEST, HubModel, read_hub_model
from graphs.model_folders import hub_cache
from nodes.library.describing import UNUSED

SUFFIXES = (".safetensors", ".json", ".txt", ".model")
"""What is fetched: weights as numbers, settings, vocabularies. Pickles and code are not."""

PIPELINE = "model_index.json"
WEIGHTS = re.compile(r"\.safetensors(\.index(\.\w+)?\.json)?$", re.ASCII)
VARIANT = re.compile(r"\.(bf16|ema|ema_only|fp16|fp32|fp8|non_ema)(?=[.-])")
"""What stands in the name of weights in another precision or at another average."""

OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
YES = ("1", "ON", "YES", "TRUE")


def fetch(text: str, tell: Callable[[str], None]) -> str:
    """Download a model into the hub's cache; gives what to write into a graph. `InputError` says why it cannot."""
    model = read_hub_model(text)
    if model is None:
        raise InputError("this names no model of a hub", given=text, allowed=ALLOWED.replace("hub:", ""))
    offline = next((name for name in OFFLINE if os.environ.get(name, "").upper() in YES), None)
    if offline:
        raise InputError("nothing is downloaded in offline mode", where=offline, mend=f"unset {offline} to allow it")
    tell(f"downloading {model} into {hub_cache()}")
    try:
        names, folder = _download(model)
    except NoiseloomError:
        raise
    except Exception as error:
        raise _refusal(model, error) from error
    return f'fetched {len(names)} files to {folder}\nin a graph: "hub:{model}"'


def _download(model: HubModel) -> tuple[list[str], str]:
    """What was fetched, and where it lies."""
    try:
        import huggingface_hub
    except ImportError:
        mend = "install the extra: pip install 'noiseloom[diffusers]'"
        raise InputError("this needs the library huggingface_hub", mend=mend) from None
    revision = model.revision or NEWEST
    names = wanted(huggingface_hub.HfApi().list_repo_files(model.name, revision=revision))
    if not names:
        raise InputError("the model has no files that are fetched", where=str(model), allowed=", ".join(SUFFIXES))
    patterns = [_exactly(name) for name in names]
    folder = huggingface_hub.snapshot_download(
        model.name, revision=revision, cache_dir=hub_cache(), allow_patterns=patterns
    )
    return names, str(folder)


def wanted(names: Sequence[str]) -> list[str]:
    """Which of a model's files are fetched.

    Of a pipeline's weights those in the folders of components that are used, since what lies beside them is the same
    once more; of weights in several precisions the plain ones.
    """
    kept = [name for name in names if name.endswith(SUFFIXES)]
    if PIPELINE in kept:
        unused = tuple(f"{name}/" for name in UNUSED)
        kept = [name for name in kept if not WEIGHTS.search(name) or ("/" in name and not name.startswith(unused))]
    plain = {name for name in kept if not VARIANT.search(name)}
    return sorted(name for name in kept if name in plain or not _has_plain(name, plain))


def _has_plain(name: str, plain: set[str]) -> bool:
    """Whether a folder holds weights without a variant besides these."""
    folder = name.rpartition("/")[0]
    return any(other.endswith(".safetensors") and other.rpartition("/")[0] == folder for other in plain)


def _exactly(name: str) -> str:
    """The pattern that fits that name alone."""
    return re.sub(r"([*?[])", r"[\1]", name)


def _refusal(model: HubModel, error: Exception) -> InputError:
    """What went wrong, in one sentence, and what a person can do."""
    kind = type(error).__name__
    known = {
        "GatedRepoError": (
            "its owner wants terms to be accepted first",
            "accept them on its page, then `hf auth login`",
        ),
        "RepositoryNotFoundError": (
            "the hub has no such model, or it is private",
            "check the name, or `hf auth login`",
        ),
        "RevisionNotFoundError": ("the model has no such revision", "name a branch, a tag or a commit of it"),
        "HFValidationError": ("the hub allows no such name", "check the name"),
    }
    message, mend = known.get(kind, ("the model cannot be downloaded", "check the connection and try again"))
    given = "" if kind in known else " ".join(str(error).split())[:200]
    return InputError(message, where=str(model), given=given, mend=mend)
