"""What the content filter found: `content_filters`, as Azure annotates a finished response, and the older form of chat completions.

Sources: recorded traffic from Azure hosts (2026): a list with a `prompt` entry where the newest input holds a user's words (a tool's
output alone has none) and a `completion` entry; key order and `check_offset` 0 as recorded; `content_filter_raw` is `[]`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..wire.types import Object

CATEGORIES = ("hate", "sexual", "violence", "self_harm")
SEVERITIES = ("safe", "low", "medium", "high")
FLAGS = {"prompt": ("jailbreak",), "completion": ("protected_material_text", "protected_material_code")}
FILTERED_FROM = "medium"
"""The default policy filters this severity and above (documented)."""


def entry(source: str, end: int, findings: Mapping[str, str | bool] | None = None) -> Object:
    """One annotation. `source` is prompt or completion, `end` the length of what was checked in characters.

    `findings` maps a category to its severity and a flag (`jailbreak`, a blocklist's id …) to whether it was detected.
    """
    findings = findings or {}
    results: Object = {}
    blocked = False
    for category in CATEGORIES:
        severity = findings.get(category, "safe")
        filtered = isinstance(severity, str) and SEVERITIES.index(severity) >= SEVERITIES.index(FILTERED_FROM)
        results[category] = {"filtered": filtered, "severity": severity}
        blocked = blocked or filtered
    for flag in FLAGS[source]:
        detected = bool(findings.get(flag, False))
        results[flag] = {"detected": detected, "filtered": detected}
        blocked = blocked or detected
    lists = [name for name, value in findings.items() if value is True and name not in FLAGS[source]]
    if lists:
        results["custom_blocklists"] = {"filtered": True, "details": [{"filtered": True, "id": name} for name in lists]}
        blocked = True
    return {
        "blocked": blocked,
        "source_type": source,
        "content_filter_raw": [],
        "content_filter_results": results,
        "content_filter_offsets": {"start_offset": 0, "end_offset": end, "check_offset": 0},
    }


def annotated(*, prompt: int | None, completion: int, findings: Mapping[str, Mapping[str, str | bool]] | None = None) -> list[Object]:
    """The list of a finished response; `prompt` is None where the newest input holds no user's words."""
    findings = findings or {}
    found = [] if prompt is None else [entry("prompt", prompt, findings.get("prompt"))]
    return [*found, entry("completion", completion, findings.get("completion"))]


def of_chat(source: str, findings: Mapping[str, str | bool] | None = None) -> Object:
    """The annotations in the form of a chat completion, in alphabetical order (recorded traffic of chat completions)."""
    results: Object = entry(source, 0, findings)["content_filter_results"]
    return {name: results[name] for name in sorted(results)}
