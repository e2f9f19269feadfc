"""What the service of some months does not do with pictures: stream them, edit them over several turns. Rows of the profile say which."""

from __future__ import annotations

from collections.abc import Sequence

from ..azure.profiles import Profile
from ..store.protocol import Store
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import context
from .scope import Scope

OFFERED = "image_generation"
DRAWN = "image_generation_call"


def streamed(profile: Profile, request: Object, tools: Sequence[Object]) -> None:
    """Refuse a stream while the tool is offered, where the profile lists that."""
    limit = profile.limitations.get("image_generation_streaming")
    if limit is not None and request.get("stream") is True and _offered(tools):
        raise Refusal(limit.refusal, param="stream", hint=f"not in the {profile.name} profile: {limit.what}")


async def edited(store: Store, scope: Scope, profile: Profile, tools: Sequence[Object], items: Sequence[Item], parent: str | None) -> None:
    """Refuse the tool where a picture of an earlier turn is among the items or in the parent's chain, where the profile lists that."""
    limit = profile.limitations.get("image_edit_multi_turn")
    if limit is None or not _offered(tools):
        return
    if any(item["type"] == DRAWN for item in (*items, *await context.history(store, scope, parent))):
        raise Refusal(limit.refusal, param="input", hint=f"not in the {profile.name} profile: {limit.what}")


def _offered(tools: Sequence[Object]) -> bool:
    return any(tool["type"] == OFFERED for tool in tools)
