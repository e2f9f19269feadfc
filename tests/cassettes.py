"""Cassettes for tests, in the shape in which vcrpy writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = "https://resource.openai.azure.com"


def response(ident: str, *output: Any, **more: Any) -> dict[str, Any]:
    """A response that says this: a text is a message."""
    items = [message(item, f"msg_{ident}_{index}") if isinstance(item, str) else item for index, item in enumerate(output)]
    return {"id": ident, "object": "response", "status": "completed", "model": "gpt-4o-2024-11-20", "output": items, **more}


def message(text: str, ident: str = "msg_1") -> dict[str, Any]:
    """A message of the model's."""
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
    return {"id": ident, "type": "message", "status": "completed", "role": "assistant", "content": [part]}


def call(name: str, call_id: str, **arguments: Any) -> dict[str, Any]:
    """A function call of the model's."""
    spelled = json.dumps(arguments)
    return {"id": f"fc_{call_id}", "type": "function_call", "status": "completed", "name": name, "call_id": call_id, "arguments": spelled}


def exchange(body: Any, answer: Any, *, status: int = 200, path: str = "/openai/v1/responses", **more: Any) -> dict[str, Any]:
    """One interaction. An answer that is a list is a stream of these events; a text is the body to the letter. `more` are `method`,
    `headers` of the answer, and `wire`.
    """
    streamed = isinstance(answer, list)
    text = stream(answer) if isinstance(answer, list) else answer if isinstance(answer, str) else json.dumps(answer, indent=2)
    kind = "text/event-stream; charset=utf-8" if streamed else "application/json"
    headers = {"content-type": [kind], **{name: [value] for name, value in more.pop("headers", {}).items()}}
    request = {"method": more.pop("method", "POST"), "uri": f"{ROOT}{path}", "headers": {"content-type": ["application/json"]}}
    return {
        "request": {**request, "body": None if body is None else json.dumps(body)},
        "response": {"status": {"code": status, "message": ""}, "headers": headers, "body": {"string": text}},
        **more,
    }


def stream(events: list[dict[str, Any]]) -> str:
    """Events as the service spells them; those without a type as chat completions are."""
    names = (f"event: {event['type']}\n" if "type" in event else "" for event in events)
    return "".join(f"{name}data: {json.dumps(event)}\n\n" for name, event in zip(names, events, strict=True))


def events(whole: dict[str, Any], *deltas: str) -> list[dict[str, Any]]:
    """A stream that tells this response, whose only message comes in these deltas."""
    [item] = whole["output"]
    begun = {**whole, "status": "in_progress", "output": []}
    at = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    [part] = item["content"]
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": [], "status": "in_progress"}},
        {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **at, "delta": delta} for delta in deltas),
        {"type": "response.output_text.done", **at, "text": part["text"]},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(told)]


def write(path: Path, *interactions: dict[str, Any], **provenance: str) -> Path:
    """The cassette, as YAML or JSON by its name."""
    data = {"version": 1, **({"provenance": provenance} if provenance else {}), "interactions": list(interactions)}
    path.write_text(json.dumps(data) if path.suffix == ".json" else yaml.safe_dump(data, sort_keys=False))
    return path
