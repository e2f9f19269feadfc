"""Names under which resources are reached."""

from __future__ import annotations

from typing import Final

AZURE: Final = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
"""Endings of Azure's own host names (documented)."""


def resource(host: str) -> str:
    """The resource that a `Host` header names, lower-case; empty where the name is not one of Azure's."""
    name = host.strip().lower().partition(":")[0]
    return name.partition(".")[0] if name.endswith(AZURE) else ""
