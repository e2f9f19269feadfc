"""`doctor`: what is in force here and why, and what is missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..azure import profiles
from ..intercept import place
from ..settings import OPTIONS, WrongSetting
from .serving import parser, read

SECRET = frozenset({"api_key", "admin_token"})
FIRST_WITH_RESPONSES = (1, 66)
"""The first release of the openai package that has `responses`."""


def doctor(argv: Sequence[str]) -> int:
    """Print settings with their origins, and what the environment lacks; 1 where something is wrong."""
    given = parser("doctor", "Say which settings are in force, where each comes from, and what is missing.").parse_args(argv)
    try:
        settings = read(given)
        profile = profiles.load(settings.profile)
    except (WrongSetting, LookupError, ValueError, OSError) as problem:
        sys.stdout.write(f"wrong    {problem}\n")
        return 1
    out = [f"azure-openai-mock {__version__}, Python {sys.version.split()[0]}", "", "settings"]
    for option in OPTIONS:
        origin = settings.origins.get(option.name)
        if origin is not None:
            out.append(f"  {option.name:16} {'<hidden>' if option.name in SECRET else _value(settings, option.name)}   from {origin}")
    out += [
        f"  {'profile':16} {profile.name}: {profile.title}" + ("" if settings.profile_chosen else "   (nobody chose it)"),
        f"  {'store':16} {settings.store}",
        "",
        "packages",
    ]
    wrong = False
    for name, why in PACKAGES.items():
        found = _version(name)
        out.append(f"  {name:16} {found or 'absent'}   {why}")
        if name == "openai" and found and tuple(int(part) for part in found.split(".")[:2]) < FIRST_WITH_RESPONSES:
            out.append("  openai           is too old: it has no `responses`; 1.66.0 is the first that has")
            wrong = True
    said, well = place.told()
    out += ["", "interception", *(f"  {subject:16} {what}" for subject, what in said)]
    sys.stdout.write("\n".join(out) + "\n")
    return 1 if wrong or not well else 0


PACKAGES = {
    "openai": "the client (not needed to serve)",
    "bpe-openai": "exact token counts",
    "uvloop": "a faster event loop",
    "httptools": "a faster HTTP parser",
    "cryptography": "tokens of Entra ID, and interception",
}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _value(settings: object, name: str) -> object:
    renamed = {"api_key": "api_keys", "deployment": "deployments", "deployments": "deployments_mode", "allow_host": "allowed_hosts"}
    if name == "not_registered":
        return not getattr(settings, "registered", True)
    return getattr(settings, renamed.get(name, name))
