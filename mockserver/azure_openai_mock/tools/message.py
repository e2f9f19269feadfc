"""`message`: text with annotations, or a refusal. Recorded order: part added, deltas (annotations between), text done, part done."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object


def complete(item: Item, mint: Mint) -> Item:
    """`content` may be a string; its parts get `annotations` and `logprobs`. Keys: id, type, status, content, [phase], role."""
    content = item.get("content", [])
    parts = [_part(part) for part in ([content] if isinstance(content, str) else content)]
    known = {"id", "type", "status", "content", "role"}
    return {
        "id": item.get("id") or mint.id("msg"),
        "type": "message",
        "status": item.get("status") or "completed",
        "content": parts,
        **{name: value for name, value in item.items() if name not in known},
        "role": item.get("role") or "assistant",
    }


def _part(part: Object | str) -> Object:
    if isinstance(part, str):
        return {"type": "output_text", "annotations": [], "logprobs": [], "text": part}
    if part.get("type", "output_text") != "output_text":
        return part
    return {
        "type": "output_text",
        "annotations": part.get("annotations") or [],
        "logprobs": part.get("logprobs") or [],
        "text": part["text"],
        **{name: value for name, value in part.items() if name not in ("type", "annotations", "logprobs", "text")},
    }


def tell(item: Item, emit: Emit) -> None:
    """Added empty and in progress, then part by part."""
    emit.added({**item, "status": "in_progress", "content": []})
    for index, part in enumerate(item["content"]):
        if part["type"] == "refusal":
            _refusal(part, index, emit)
        else:
            _text(part, index, emit)
    emit.done(item)


def _refusal(part: Object, index: int, emit: Emit) -> None:
    emit.event("content_part.added", content_index=index, part={**part, "refusal": ""})
    emit.deltas("refusal.delta", part["refusal"], content_index=index)
    emit.event("refusal.done", content_index=index, refusal=part["refusal"])
    emit.event("content_part.done", content_index=index, part=part)


def _text(part: Object, index: int, emit: Emit) -> None:
    text, logprobs, annotations = part["text"], part["logprobs"], part["annotations"]
    emit.event("content_part.added", content_index=index, part={**part, "annotations": [], "logprobs": [], "text": ""})
    if annotations:
        _annotated(part, index, emit)
    elif logprobs and "".join(entry["token"] for entry in logprobs) == text:
        for entry in logprobs:
            emit.delta("output_text.delta", entry["token"], content_index=index, logprobs=[entry])
    else:
        emit.deltas("output_text.delta", text, content_index=index, logprobs=[])
    emit.event("output_text.done", content_index=index, logprobs=logprobs, text=text)
    emit.event("content_part.done", content_index=index, part=part)


def _annotated(part: Object, index: int, emit: Emit) -> None:
    """The text up to where each annotation ends, then the annotation (recorded: each may follow any delta)."""
    text, at = part["text"], 0
    for number, annotation in enumerate(part["annotations"]):
        end = min(max(_end_of(annotation, text), at), len(text))
        emit.deltas("output_text.delta", text[at:end], content_index=index, logprobs=[], at_least_one=end == 0 and number == 0)
        emit.event("output_text.annotation.added", content_index=index, annotation=annotation, annotation_index=number)
        at = end
    emit.deltas("output_text.delta", text[at:], content_index=index, logprobs=[])


def _end_of(annotation: Object, text: str) -> int:
    end = annotation.get("end_index", annotation.get("index"))
    return end if isinstance(end, int) else len(text)


ITEM = Kind(complete, tell)
