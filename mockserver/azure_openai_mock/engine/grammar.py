"""Which event may follow which, as data. Sources: recorded traffic (681 streams), and the API's event types where no recording has one.

Three tables:

* `FIELDS`: what each event carries besides `type`; on the wire the keys are alphabetical after `type` (recorded since 2026-01).
* `ENVELOPE`: the order of events that speak of the whole response.
* `ITEMS`: for each output item type, what may come between its `output_item.added` and its `output_item.done`.

Items never interleave: at most one is open at any time (679 of 680 recorded streams).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

_ITEM = ("item_id", "output_index")
_PART = ("content_index", *_ITEM)
_SUMMARY = ("summary_index", *_ITEM)
_SHELL = ("command_index", "output_index")

_CARRIES: dict[str, tuple[str, ...]] = {
    "response.created": ("response",),
    "response.queued": ("response",),
    "response.in_progress": ("response",),
    "response.completed": ("response",),
    "response.incomplete": ("response",),
    "response.failed": ("response",),
    "error": ("error",),
    "keepalive": (),
    "response.output_item.added": ("item", "output_index"),
    "response.output_item.done": ("item", "output_index"),
    "response.content_part.added": (*_PART, "part"),
    "response.content_part.done": (*_PART, "part"),
    "response.output_text.delta": (*_PART, "delta", "logprobs", "obfuscation"),
    "response.output_text.annotation.added": (*_PART, "annotation", "annotation_index"),
    "response.output_text.done": (*_PART, "logprobs", "text"),
    "response.refusal.delta": (*_PART, "delta"),
    "response.refusal.done": (*_PART, "refusal"),
    "response.reasoning_text.delta": (*_PART, "delta", "obfuscation"),
    "response.reasoning_text.done": (*_PART, "text"),
    "response.reasoning_summary_part.added": (*_SUMMARY, "part"),
    "response.reasoning_summary_part.done": (*_SUMMARY, "part"),
    "response.reasoning_summary_text.delta": (*_SUMMARY, "delta", "obfuscation"),
    "response.reasoning_summary_text.done": (*_SUMMARY, "text"),
    "response.function_call_arguments.delta": (*_ITEM, "delta", "obfuscation"),
    "response.function_call_arguments.done": (*_ITEM, "arguments"),
    "response.custom_tool_call_input.delta": (*_ITEM, "delta", "obfuscation"),
    "response.custom_tool_call_input.done": (*_ITEM, "input"),
    "response.web_search_call.in_progress": _ITEM,
    "response.web_search_call.searching": _ITEM,
    "response.web_search_call.completed": _ITEM,
    "response.file_search_call.in_progress": _ITEM,
    "response.file_search_call.searching": _ITEM,
    "response.file_search_call.completed": _ITEM,
    "response.code_interpreter_call.in_progress": _ITEM,
    "response.code_interpreter_call_code.delta": (*_ITEM, "delta", "obfuscation"),
    "response.code_interpreter_call_code.done": (*_ITEM, "code"),
    "response.code_interpreter_call.interpreting": _ITEM,
    "response.code_interpreter_call.completed": _ITEM,
    "response.image_generation_call.in_progress": _ITEM,
    "response.image_generation_call.generating": _ITEM,
    "response.image_generation_call.partial_image": (
        *_ITEM,
        "background",
        "output_format",
        "partial_image_b64",
        "partial_image_index",
        "quality",
        "size",
    ),
    "response.image_generation_call.completed": _ITEM,
    "response.mcp_list_tools.in_progress": _ITEM,
    "response.mcp_list_tools.completed": _ITEM,
    "response.mcp_list_tools.failed": _ITEM,
    "response.mcp_call.in_progress": _ITEM,
    "response.mcp_call_arguments.delta": (*_ITEM, "delta", "obfuscation"),
    "response.mcp_call_arguments.done": (*_ITEM, "arguments"),
    "response.mcp_call.completed": _ITEM,
    "response.mcp_call.failed": _ITEM,
    "response.apply_patch_call_operation_diff.delta": (*_ITEM, "delta", "obfuscation"),
    "response.apply_patch_call_operation_diff.done": (*_ITEM, "diff"),
    "response.shell_call_command.added": (*_SHELL, "command"),
    "response.shell_call_command.delta": (*_SHELL, "delta", "obfuscation"),
    "response.shell_call_command.done": (*_SHELL, "command"),
    "response.shell_call_output_content.delta": (*_SHELL, "delta", "item_id"),
    "response.shell_call_output_content.done": (*_SHELL, "item_id", "output"),
    "response.compaction.compacting": _ITEM,
}

FIELDS: Mapping[str, tuple[str, ...]] = {kind: tuple(sorted({*names, "sequence_number"})) for kind, names in _CARRIES.items()}
"""Event type -> its keys after `type`, in wire order. `obfuscation` is left out where the stream is not obfuscated.

Refusals never are (recorded), calls of custom tools are (recorded).
"""

CREATED, QUEUED, IN_PROGRESS = "response.created", "response.queued", "response.in_progress"
COMPLETED, INCOMPLETE, FAILED, ERROR = "response.completed", "response.incomplete", "response.failed", "error"
ADDED, DONE = "response.output_item.added", "response.output_item.done"
TERMINAL = frozenset({COMPLETED, INCOMPLETE, FAILED})

ENVELOPE: Mapping[str, frozenset[str]] = {
    "": frozenset({CREATED}),
    CREATED: frozenset({QUEUED, IN_PROGRESS, ERROR, FAILED}),
    QUEUED: frozenset({IN_PROGRESS, ERROR, FAILED}),
    IN_PROGRESS: frozenset({ADDED, ERROR, *TERMINAL}),
    DONE: frozenset({ADDED, ERROR, *TERMINAL}),
    ERROR: frozenset({FAILED}),
    COMPLETED: frozenset(),
    INCOMPLETE: frozenset(),
    FAILED: frozenset(),
}
"""Between items: last event -> what may follow."""
BREAKING = frozenset({ERROR, FAILED})
"""What may also come inside an open item, which is lost then. After an `error` only `failed` follows."""


def _chain(*steps: str, many: frozenset[str] = frozenset()) -> dict[str, frozenset[str]]:
    """`added`, then the steps in order, then `done`; those in `many` may repeat."""
    path = [ADDED, *(f"response.{step}" for step in steps), DONE]
    repeat = {f"response.{step}" for step in many}
    return {here: frozenset({there} | ({here} if here in repeat else set())) for here, there in pairwise(path)}


def _either(*options: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    merged: dict[str, frozenset[str]] = {}
    for option in options:
        for here, there in option.items():
            merged[here] = merged.get(here, frozenset()) | there
    return merged


def _hosted(kind: str, *steps: str) -> dict[str, frozenset[str]]:
    """The steps of a hosted call in order, then `completed`; one that did not complete is done after the last (recorded, Azure)."""
    path = [ADDED, *(f"response.{kind}.{step}" for step in steps)]
    last, completed = path[-1], f"response.{kind}.completed"
    return {here: frozenset({there}) for here, there in pairwise(path)} | {last: frozenset({completed, DONE}), completed: frozenset({DONE})}


_WHOLE = _chain()
_TEXT = "response.output_text"
_SHORT = "response.reasoning_summary"
_CODE = "response.code_interpreter_call"
_IMAGE = "response.image_generation_call"

ITEMS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "message": {
        ADDED: frozenset({"response.content_part.added", DONE}),
        "response.content_part.added": frozenset({f"{_TEXT}.delta", f"{_TEXT}.done", "response.refusal.delta", "response.refusal.done"}),
        f"{_TEXT}.delta": frozenset({f"{_TEXT}.delta", f"{_TEXT}.annotation.added", f"{_TEXT}.done"}),
        f"{_TEXT}.annotation.added": frozenset({f"{_TEXT}.delta", f"{_TEXT}.annotation.added", f"{_TEXT}.done"}),
        f"{_TEXT}.done": frozenset({"response.content_part.done"}),
        "response.refusal.delta": frozenset({"response.refusal.delta", "response.refusal.done"}),
        "response.refusal.done": frozenset({"response.content_part.done"}),
        "response.content_part.done": frozenset({"response.content_part.added", DONE}),
    },
    "reasoning": {
        ADDED: frozenset({f"{_SHORT}_part.added", "response.content_part.added", DONE}),
        f"{_SHORT}_part.added": frozenset({f"{_SHORT}_text.delta", f"{_SHORT}_text.done"}),
        f"{_SHORT}_text.delta": frozenset({f"{_SHORT}_text.delta", f"{_SHORT}_text.done"}),
        f"{_SHORT}_text.done": frozenset({f"{_SHORT}_part.done"}),
        f"{_SHORT}_part.done": frozenset({f"{_SHORT}_part.added", "response.content_part.added", DONE}),
        "response.content_part.added": frozenset({"response.reasoning_text.delta", "response.reasoning_text.done"}),
        "response.reasoning_text.delta": frozenset({"response.reasoning_text.delta", "response.reasoning_text.done"}),
        "response.reasoning_text.done": frozenset({"response.content_part.done"}),
        "response.content_part.done": frozenset({"response.content_part.added", DONE}),
    },
    "function_call": _chain(
        "function_call_arguments.delta", "function_call_arguments.done", many=frozenset({"function_call_arguments.delta"})
    ),
    "custom_tool_call": _either(
        _chain("custom_tool_call_input.delta", "custom_tool_call_input.done", many=frozenset({"custom_tool_call_input.delta"})),
        _chain("custom_tool_call_input.done"),
    ),
    "web_search_call": _hosted("web_search_call", "in_progress", "searching"),
    "file_search_call": _hosted("file_search_call", "in_progress", "searching"),
    "code_interpreter_call": {
        ADDED: frozenset({f"{_CODE}.in_progress"}),
        f"{_CODE}.in_progress": frozenset({f"{_CODE}_code.delta", f"{_CODE}_code.done"}),
        f"{_CODE}_code.delta": frozenset({f"{_CODE}_code.delta", f"{_CODE}_code.done"}),
        f"{_CODE}_code.done": frozenset({f"{_CODE}.interpreting", DONE}),
        f"{_CODE}.interpreting": frozenset({f"{_CODE}.completed", DONE}),
        f"{_CODE}.completed": frozenset({DONE}),
    },
    "image_generation_call": {
        **_hosted("image_generation_call", "in_progress", "generating"),
        f"{_IMAGE}.generating": frozenset({f"{_IMAGE}.partial_image", f"{_IMAGE}.completed", DONE}),
        f"{_IMAGE}.partial_image": frozenset({f"{_IMAGE}.partial_image", f"{_IMAGE}.completed", DONE}),
    },
    "mcp_list_tools": _either(
        _chain("mcp_list_tools.in_progress", "mcp_list_tools.completed"),
        _chain("mcp_list_tools.in_progress", "mcp_list_tools.failed"),
    ),
    "mcp_call": _either(
        _chain(
            "mcp_call.in_progress",
            "mcp_call_arguments.delta",
            "mcp_call_arguments.done",
            "mcp_call.completed",
            many=frozenset({"mcp_call_arguments.delta"}),
        ),
        _chain("mcp_call.in_progress", "mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.failed"),
    ),
    "apply_patch_call": _either(
        _chain(
            "apply_patch_call_operation_diff.delta",
            "apply_patch_call_operation_diff.done",
            many=frozenset({"apply_patch_call_operation_diff.delta"}),
        ),
        _chain("apply_patch_call_operation_diff.done"),
        _WHOLE,
    ),
    "shell_call": _either(
        _chain(
            "shell_call_command.added",
            "shell_call_command.delta",
            "shell_call_command.done",
            many=frozenset({"shell_call_command.delta"}),
        ),
        _chain("shell_call_command.added", "shell_call_command.done"),
        {"response.shell_call_command.done": frozenset({"response.shell_call_command.added", DONE})},
        _WHOLE,
    ),
    "shell_call_output": _either(
        _chain("shell_call_output_content.delta", "shell_call_output_content.done", many=frozenset({"shell_call_output_content.delta"})),
        {"response.shell_call_output_content.done": frozenset({"response.shell_call_output_content.delta", DONE})},
        _WHOLE,
    ),
    "compaction": _either(_chain("compaction.compacting"), _WHOLE),
}
"""Item type -> last event inside it -> what may follow. A type without a row is told whole: `added`, `done`."""

COMPLETING: Mapping[str, str] = {
    kind: f"response.{kind}.completed" for kind in ("web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call")
}
"""Item type -> the event without which it cannot be done with the status `completed`, and after which it has no other."""


class IllegalEvent(Exception):
    """An event that the grammar does not allow where it came; the message names event, place and what was allowed."""


def following(kind: str, last: str) -> frozenset[str]:
    """What may follow `last` inside an open item of that type."""
    return ITEMS.get(kind, _WHOLE)[last]
