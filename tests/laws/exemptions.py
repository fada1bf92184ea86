"""Which node does not obey which law, and why; read by the laws, and printed with them.

An exempt node is tried all the same: that it fails is expected, and that it passes is an error.
"""

from __future__ import annotations

from collections.abc import Mapping

EXEMPT: Mapping[str, Mapping[str, str]] = {}
"""The reasons by law and node id."""

NULLS: Mapping[str, float] = {
    "guidance_scale": 1.0,
}
"""The value of a parameter by its name, in any node, with which the node changes nothing."""
