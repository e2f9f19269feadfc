"""A client that answers tool calls for ever."""

from __future__ import annotations

from typing import Any

from .plain import create, text

TOOL = {
    "type": "function",
    "name": "roll",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
    "strict": True,
}


async def answer() -> str:
    """One answer, after however many tools."""
    given: Any = "Roll the dice."
    after: dict[str, str] = {}
    while True:
        response = create(input=given, tools=[TOOL], **after)
        calls = [item for item in response["output"] if item["type"] == "function_call"]
        if not calls:
            return text(response)
        given = [{"type": "function_call_output", "call_id": call["call_id"], "output": "4"} for call in calls]
        after = {"previous_response_id": response["id"]}
