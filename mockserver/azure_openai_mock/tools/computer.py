"""`computer_use_preview` and `computer`: clicks and keys for the client to make, answered with a screenshot."""

from __future__ import annotations

from ..engine.play import Kind, Mint
from ..wire.types import Item, Object
from .member import Member, as_declared, check, text
from .shape import laid_out, tell_running, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action (or `actions`), call_id, pending_safety_checks."""
    call_id = item.get("call_id") or mint.call_id()
    absent: dict[str, object] = {} if "actions" in item else {"action": {"type": "screenshot"}}
    return laid_out({**item, "call_id": call_id}, mint, "cu", status="completed", pending_safety_checks=[], **absent)


ITEM = Kind(complete, tell_running)
OUTPUT = whole("cu", status="completed")


def use(spec: Object, ask: Ask) -> list[Item]:
    """First a look at the screen, then a click in the middle of it."""
    looked = any(item["type"] == "computer_call_output" for item in ask.items)
    x, y = int(spec.get("display_width") or 1024) // 2, int(spec.get("display_height") or 768) // 2
    action = {"type": "click", "button": "left", "x": x, "y": y} if looked else {"type": "screenshot"}
    return [{"type": "computer_call", "action": action}]


_ANSWERS = frozenset({"computer_call_output"})
_SCREEN = {
    "display_width": Member((int,), required=True, least=1),
    "display_height": Member((int,), required=True, least=1),
    "environment": text("windows", "mac", "linux", "ubuntu", "browser", required=True),
}
PREVIEW = Tool(check(_SCREEN), as_declared, use, _ANSWERS)
TOOL = Tool(check({}), as_declared, use, _ANSWERS)
