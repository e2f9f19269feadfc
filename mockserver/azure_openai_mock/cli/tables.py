"""`profiles` and `errors`: the tables, for people."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..azure import errors as error_table
from ..azure import profiles as profile_table
from ..wire.refusal import Refusal


def profiles(argv: Sequence[str]) -> int:
    """Print the profiles side by side."""
    made = argparse.ArgumentParser("azure-openai-mock profiles", description="The months of Azure that are emulated, side by side.")
    made.add_argument("names", nargs="*", help="profiles or files that extend one (default: all shipped)")
    given = made.parse_args(argv)
    try:
        loaded = [profile_table.load(name) for name in given.names or profile_table.names()]
    except (LookupError, ValueError, OSError) as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 2
    rows: list[tuple[str, list[str]]] = [
        ("", [profile.name for profile in loaded]),
        ("month", [profile.date for profile in loaded]),
        ("regions", [str(sum(region.responses for region in profile.regions.values())) for profile in loaded]),
        ("default region", [profile.default_region for profile in loaded]),
        ("models", [str(len(profile.models)) for profile in loaded]),
        ("retention", [f"{profile.retention // 86400} days" for profile in loaded]),
        ("another model's parent", [profile.cross_model for profile in loaded]),
        ("content_filters", ["listed" if profile.content_filters else "null" for profile in loaded]),
    ]
    for surface, path in profile_table.SURFACES.items():
        for version in profile_table.VERSION_CLASSES:
            rows.append(
                (f"{path} {version}", [profile.cell(surface, None if version == "none" else _example(version)).does for profile in loaded])
            )
    width = max(len(name) for name, _ in rows) + 2
    for name, cells in rows:
        sys.stdout.write(f"{name:{width}}" + "".join(f"{cell:28}" for cell in cells).rstrip() + "\n")
    for profile in loaded:
        sys.stdout.write(f"\n{profile.name}: {profile.title}\n  models: {', '.join(profile.models)}\n")
        for limitation in profile.limitations.values():
            sys.stdout.write(f"  not: {limitation.what} ({limitation.confidence})\n")
    return 0


def _example(version: str) -> str:
    return {"older": "2024-10-21", "unknown": "2099-01-01"}.get(version, version)


def errors(argv: Sequence[str]) -> int:
    """Print the catalogue, or one row with its bytes."""
    made = argparse.ArgumentParser("azure-openai-mock errors", description="Every error that can be injected, or one of them whole.")
    made.add_argument("key", nargs="?")
    given = made.parse_args(argv)
    if given.key is None:
        for row in error_table.catalogue():
            sys.stdout.write(f"{row.status}  {row.key:36} {row.confidence:11} {row.trigger}\n")
        return 0
    try:
        row = error_table.row(given.key)
    except KeyError as problem:
        sys.stderr.write(f"azure-openai-mock: {problem.args[0]}\n")
        return 2
    rendered = error_table.render(Refusal(row.key))
    headers = "".join(f"{name}: {value}\n" for name, value in rendered.headers)
    sys.stdout.write(
        f"{row.key}\n  trigger     {row.trigger}\n  source      {row.source}\n  confidence  {row.confidence}\n"
        f"  forms       {', '.join(row.forms)}\n\n"
        f"HTTP/1.1 {rendered.status} {rendered.reason or ''}\n{headers}\n{rendered.body.decode()}\n"
    )
    return 0
