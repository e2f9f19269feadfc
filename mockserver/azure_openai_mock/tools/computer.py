"""`computer_use_preview` and `computer`: clicks and keys for the client to make, answered with a screenshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..engine.play import Kind, Mint
from ..wire.refusal import Refusal
from ..wire.types import Item, Object
from . import declaration
from .shape import laid_out, tell_running, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action (or `actions`), call_id, pending_safety_checks."""
    call_id = item.get("call_id") or mint.call_id()
    absent: dict[str, object] = {} if "actions" in item else {"action": {"type": "screenshot"}}
    return laid_out({**item, "call_id": call_id}, mint, "cu", status="completed", pending_safety_checks=[], **absent)


ITEM = Kind(complete, tell_running)
OUTPUT = whole("cu", status="completed")


def acknowledged(items: Sequence[Item], before: Iterable[Item]) -> None:
    """Refuse a screenshot that leaves unacknowledged what its call, in the items or before them, had pending."""
    outputs = [item for item in items if item["type"] == "computer_call_output"]
    if not outputs:
        return
    pending = {item["call_id"]: _checks(item, "pending_safety_checks") for item in (*before, *items) if item["type"] == "computer_call"}
    for output in outputs:
        given = _checks(output, "acknowledged_safety_checks")
        if left := [ident for ident in pending.get(output["call_id"], ()) if ident not in given]:
            raise Refusal("unacknowledged_safety_check", ids=str(left), param="input")


def _checks(item: Item, name: str) -> list[str]:
    return [str(check.get("id")) for check in item.get(name) or ()]


def use(spec: Object, ask: Ask) -> list[Item]:
    """First a look at the screen, then a click in the middle of it; with a safety check to acknowledge where the words speak of one."""
    looked = any(item["type"] == "computer_call_output" for item in ask.items)
    x, y = int(spec.get("display_width") or 1024) // 2, int(spec.get("display_height") or 768) // 2
    action = {"type": "click", "button": "left", "x": x, "y": y} if looked else {"type": "screenshot"}
    checks = [{"id": f"cu_sc_{ask.dice.bits(24).hex()}", **_WARNING}] if "safety check" in ask.text.lower() else []
    call: Item = {"type": "computer_call", "pending_safety_checks": checks}
    return [call | ({"actions": [action]} if spec["type"] == "computer" else {"action": action})]


_WARNING = {"code": "malicious_instructions", "message": "A mock was asked for a safety check. Acknowledge it to go on."}
TOOL = Tool(declaration.check, declaration.echo, use, frozenset({"computer_call_output"}))
