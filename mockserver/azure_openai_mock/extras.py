"""What an installation may lack: the packages that only an extra brings, and how to get them."""

from __future__ import annotations

from collections.abc import Mapping

EXTRAS: Mapping[str, tuple[str, str]] = {
    "bpe_openai": ("tokens", "bpe-openai"),
    "redis": ("redis", "redis"),
    "cryptography": ("intercept", "cryptography"),
    "azure": ("azure", "azure-identity"),
    "openai": ("contracts", "openai"),
    "pytest": ("contracts", "pytest"),
    "hypothesis": ("contracts", "hypothesis"),
    "vcr": ("contracts", "vcrpy"),
    "jsonschema": ("contracts", "jsonschema"),
}
"""What is imported -> (the extra that brings it, the package's name)."""


def install(extra: str) -> str:
    """The command that adds an extra."""
    return f"pip install 'azure-openai-mock[{extra}]'"


def needs(module: str) -> str:
    """`needs the package redis: pip install …`, for whatever cannot do without that module. Raises KeyError for one of no extra."""
    extra, package = EXTRAS[module]
    return f"needs the package {package}: {install(extra)}"
