"""`doctor`: what is in force here and why, and what is missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..azure import profiles
from ..extras import EXTRAS, install
from ..intercept import place
from ..settings import OPTIONS, Settings, WrongSetting
from ..store.names import shown
from .serving import parser, read

SECRET = frozenset({"api_key", "admin_token"})
FIRST_WITH_RESPONSES = (1, 66)
"""The first release of the openai package that has `responses`."""


def doctor(argv: Sequence[str]) -> int:
    """Print settings with their origins, and what the environment lacks; 1 where something is wrong."""
    about = "Say which settings are in force, where each comes from, and what is missing; with options, what would be in force."
    given = parser("doctor", about, examples=("", "--profile ga --config staging.yaml")).parse_args(argv)
    try:
        settings = read(given)
        profile = profiles.load(settings.profile)
        profile.located(settings.region)
    except (WrongSetting, LookupError, ValueError, OSError) as problem:
        sys.stdout.write(f"wrong    {problem}\n")
        return 1
    out = [f"azure-openai-mock {__version__}, Python {sys.version.split()[0]}", "", "settings"]
    out += [_in_force(settings, option.name, profile) for option in OPTIONS]
    out += ["", "packages"]
    wrong = False
    for name, why in PACKAGES.items():
        found = _version(name)
        out.append(f"  {name:16} {found or 'absent'}   {why}{'' if found else _remedy(name)}")
        if name == "openai" and found and lacks_responses(found):
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
    "redis": "a store for many machines",
}


def lacks_responses(release: str) -> bool:
    """Whether that release of the openai package is from before `responses`."""
    return tuple(int(part) for part in release.split(".")[:2]) < FIRST_WITH_RESPONSES


def _in_force(settings: Settings, name: str, profile: profiles.Profile) -> str:
    """A line on one setting: its value, and where that is from."""
    value = _value(settings, name)
    if name == "region" and value is None:
        value = profile.default_region
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    told = "<hidden>" if name in SECRET and value else "-" if value in (None, "", {}) else value
    origin = settings.origins.get(name)
    more = f"   ({profile.title})" if name == "profile" else ""
    return f"  {name:16} {told!s:20}   {f'from {origin}' if origin is not None else 'by default'}{more}"


def _remedy(package: str) -> str:
    """How to get a package that is absent, where the server has a use for it."""
    extra = next((extra for extra, brought in EXTRAS.values() if brought == package), "contracts")
    return f": {install(extra)}" if extra != "contracts" else ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _value(settings: Settings, name: str) -> object:
    renamed = {"api_key": "api_keys", "deployment": "deployments", "deployments": "deployments_mode", "allow_host": "allowed_hosts"}
    if name == "not_registered":
        return not settings.registered
    if name == "store":
        return shown(settings.store)
    return getattr(settings, renamed.get(name, name))
