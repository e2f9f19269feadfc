"""The first screen and the last line: what to paste, and what was done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .http.hosts import LOOPBACK

if TYPE_CHECKING:
    from .app import App
    from .settings import Settings


async def opening(app: App, port: int) -> None:
    """Say where it listens and, unless quiet, everything that a person needs to begin."""
    settings = app.settings
    url = url_of(settings.host, port)
    if settings.quiet:
        _say(f"{url}\n")
        return
    profile = app.commands.profile_of(settings.profile)
    chosen = "" if settings.profile_chosen else "  (the default; choose with --profile)"
    kept = await app.store.count()
    held = f"{kept.get('response', 0)} responses"
    versioned = profile.api_version("v1", None) is not None
    needs = "api-version=preview on every call" if versioned else "no api-version"
    note = "with the query, profile " if versioned else "profile "
    plain = ', default_query={"api-version": "preview"}' if versioned else ""
    _say(
        f"""
  azure-openai-mock   {url}

  profile   {profile.name}: {profile.title}{chosen}
            needs {needs}
  region    {settings.region or profile.default_region}
  store     {app.store.name}  ({held}){_replayed(app)}
  control   {url}/_mock/{_door(settings)}

  from openai import AzureOpenAI
  client = AzureOpenAI(base_url="{url}/openai/v1/", api_key="anything", api_version="preview")   # profiles preview and ga

  from openai import OpenAI
  client = OpenAI(base_url="{url}/openai/v1/", api_key="anything"{plain})   # {note}{profile.name}

  Ctrl-C ends it.
"""
    )


def url_of(host: str, port: int) -> str:
    """Where this machine reaches it: a wildcard address by its loopback name."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not bound
    return f"http://{named}:{port}"


def _replayed(app: App) -> str:
    """What it answers from, where that is recordings."""
    if app.replay is None:
        return ""
    return f"\n  replay    {len(app.replay.recordings.all)} recorded answers, from {', '.join(map(str, app.settings.replay))}"


def _door(settings: Settings) -> str:
    """What others need who come from another machine; nothing where none can come."""
    if settings.host in LOOPBACK or settings.host.startswith("127."):
        return ""
    control = "with x-mock-admin-token" if settings.admin_token else "closed: --admin-token TOKEN opens it"
    names = ", ".join(settings.allowed_hosts) or "none: --allow-host NAME adds one"
    return f"\n  network   listens on {settings.host}; from other machines, control is {control}; names it answers to there: {names}"


def closing(count: int, seconds: float) -> None:
    """One line at the end."""
    _say(f"served {count} request{'' if count == 1 else 's'} in {seconds:.0f} s\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
