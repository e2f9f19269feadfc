"""`profiles`: the table, for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..azure import profiles as profile_table
from ..azure.profiles import Profile
from .parser import Parser


def profiles(argv: Sequence[str]) -> int:
    """Print the profiles side by side."""
    made = Parser("profiles", "The months of Azure that are emulated, side by side.", examples=("", "ga ./mine.yaml"))
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
    rows += [(f"tool {kind}", [_tool(profile, kind) for profile in loaded]) for kind in _kinds(loaded)]
    width = max(len(name) for name, _ in rows) + 2
    for name, cells in rows:
        sys.stdout.write(f"{name:{width}}" + "".join(f"{cell:28}" for cell in cells).rstrip() + "\n")
    for profile in loaded:
        sys.stdout.write(f"\n{profile.name}: {profile.title}\n  models: {', '.join(profile.models)}\n")
        for model in profile.models.values():
            if lacks := sorted(kind for kind in model.lacks if kind in profile.tools and profile.tools[kind].state == "served"):
                sys.stdout.write(f"  {model.name} lacks: {', '.join(lacks)} ({model.confidence})\n")
        for limitation in profile.limitations.values():
            sys.stdout.write(f"  not: {limitation.what} ({limitation.confidence})\n")
    return 0


def _kinds(loaded: Sequence[Profile]) -> list[str]:
    """Every tool type that one of them knows, in the order of the newest."""
    return list(dict.fromkeys(kind for profile in sorted(loaded, key=lambda each: each.date, reverse=True) for kind in profile.tools))


def _tool(profile: Profile, kind: str) -> str:
    row = profile.tools.get(kind)
    if row is None:
        return "unknown"
    left_out = row.state == "served" and "dated" not in row.surfaces
    return f"{row.state} on {profile_table.SURFACES['v1']}" if left_out else row.state


def _example(version: str) -> str:
    return {"older": "2024-10-21", "unknown": "2099-01-01"}.get(version, version)
