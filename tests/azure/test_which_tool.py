"""Which tool is served with which model, on which path, in which month: every cell of the table, against the table in words below."""

from __future__ import annotations

import itertools

import pytest

from azure_openai_mock.azure import models, profiles
from azure_openai_mock.azure.models import ModelRow
from azure_openai_mock.azure.profiles import Profile, Surface
from azure_openai_mock.tools import TOOLS

SEARCHES = {"web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"}
FIRST = {"function", "file_search", "computer_use_preview"}
"""What the oldest previews served."""
PREVIEW = FIRST | {"code_interpreter", "local_shell", "custom"}
"""What joined until August 2025 on both paths."""
ON_V1 = {"mcp", "image_generation"}
"""What came with the v1 preview, and is on that path alone."""
SINCE = {"shell", "apply_patch", "computer", "tool_search", "namespace", "programmatic_tool_calling", *SEARCHES}
"""What has joined since."""
SERVED: dict[str, tuple[set[str], set[str]]] = {
    "dated-2025-03": (FIRST, set()),
    "preview": (PREVIEW, ON_V1),
    "ga": (PREVIEW | SINCE, ON_V1),
}
"""Profile -> what it serves everywhere, and on v1 alone."""
REFUSED = {"dated-2025-03": SEARCHES - {"web_search_2025_08_26"}, "preview": SEARCHES, "ga": set[str]()}
"""Profile -> what it refuses by name, with every model."""
LACKS: dict[str, set[str]] = {
    "o1": {"web_search", "web_search_preview", "code_interpreter", "image_generation"},
    "o3-mini": {"web_search", "web_search_preview", "image_generation"},
    "gpt-5-pro": {"code_interpreter"},
}
"""Model -> what it lacks where others have it. By another name of the same tool it lacks it too."""


def lacks(model: str, kind: str) -> bool:
    return any(kind.startswith(name) and (kind == name or kind.removeprefix(name).startswith("_20")) for name in LACKS.get(model, ()))


def expected(profile: str, model: str, surface: Surface, kind: str) -> str | None:
    """None where the cell says served, else the key of its refusal."""
    everywhere, on_v1 = SERVED[profile]
    if kind in REFUSED[profile]:
        return "hosted_tool_unsupported"
    if kind not in everywhere and not (kind in on_v1 and surface == "v1"):
        return "invalid_value"
    return "hosted_tool_unsupported" if lacks(model, kind) else None


def cells(profile: Profile) -> list[tuple[ModelRow, Surface, str]]:
    surfaces: tuple[Surface, ...] = ("v1", "dated")
    serving = [model for model in profile.models.values() if model.responses]
    return list(itertools.product(serving, surfaces, sorted({*TOOLS, *profile.tools, "telepathy"})))


@pytest.mark.parametrize("name", profiles.names())
def test_every_cell_is_as_the_table_says(name: str) -> None:
    profile = profiles.load(name)
    wrong = []
    for model, surface, kind in cells(profile):
        refusal = profile.refuses_tool(kind, models.deployment(model.name, model), at="tools[0]", surface=surface)
        wanted = expected(name, model.name, surface, kind)
        if (refusal.key if refusal is not None else None) != wanted:
            wrong.append(f"{model.name} {surface} {kind}: {refusal} instead of {wanted}")
    assert not wrong


@pytest.mark.parametrize("name", profiles.names())
def test_a_refused_tool_is_named_and_an_unknown_one_is_told_what_is_known_there(name: str) -> None:
    profile = profiles.load(name)
    for model, surface, kind in cells(profile):
        refusal = profile.refuses_tool(kind, models.deployment(model.name, model), at="tools[0]", surface=surface)
        if refusal is not None:
            assert refusal.hint
            if refusal.key == "invalid_value":
                assert refusal.param == "tools[0].type"
                assert kind not in refusal.fields["supported"]
            else:
                assert (refusal.param, refusal.fields["tool"]) == ("tools", kind)
