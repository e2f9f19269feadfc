"""The first screen and the last line: what to paste, and what was done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import App


async def opening(app: App, port: int) -> None:
    """Say where it listens and, unless quiet, everything that a person needs to begin."""
    settings = app.settings
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{port}"
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
  store     {app.store.name}  ({held})
  control   {url}/_mock/

  from openai import AzureOpenAI
  client = AzureOpenAI(base_url="{url}/openai/v1/", api_key="anything", api_version="preview")   # profiles preview and ga

  from openai import OpenAI
  client = OpenAI(base_url="{url}/openai/v1/", api_key="anything"{plain})   # {note}{profile.name}

  Ctrl-C ends it.
"""
    )


def closing(count: int, seconds: float) -> None:
    """One line at the end."""
    _say(f"served {count} request{'' if count == 1 else 's'} in {seconds:.0f} s\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
