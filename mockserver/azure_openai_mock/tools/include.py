"""`include`: parts of items that are shown only to who asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..azure import inputs
from ..wire.refusal import Refusal
from ..wire.types import Item, Object, Response

VALUES = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)
"""All values of `include` (OpenAPI description)."""


def of_query(query: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The values of `include[]` and `include` in a query. Raises the refusal of an unknown one."""
    asked = [*query.get("include[]", ()), *query.get("include", ())]
    for index, value in enumerate(asked):
        if value not in VALUES:
            raise Refusal("invalid_value", param=f"include[{index}]", got=value, supported=VALUES)
    return frozenset(asked)


def _file_search(item: Item, includes: frozenset[str]) -> Item:
    return item if "file_search_call.results" in includes else {**item, "results": None}


def _code_interpreter(item: Item, includes: frozenset[str]) -> Item:
    return item if "code_interpreter_call.outputs" in includes else {**item, "outputs": None}


def _web_search(item: Item, includes: frozenset[str]) -> Item:
    action = item.get("action")
    if "web_search_call.action.sources" in includes or not isinstance(action, dict) or "sources" not in action:
        return item
    return {**item, "action": {name: value for name, value in action.items() if name != "sources"}}


def _reasoning(item: Item, includes: frozenset[str]) -> Item:
    if "reasoning.encrypted_content" in includes or "encrypted_content" not in item:
        return item
    return {name: value for name, value in item.items() if name != "encrypted_content"}


def _message(item: Item, includes: frozenset[str]) -> Item:
    """Log probabilities of what was said; of a message that came in, its images."""
    content = item.get("content")
    if item.get("role") != "assistant" or not isinstance(content, list):
        return inputs.shown(item, includes)
    if "message.output_text.logprobs" in includes or not any(part.get("logprobs") for part in content):
        return item
    return {**item, "content": [{**part, "logprobs": []} if part.get("logprobs") else part for part in content]}


def _screenshot(item: Item, includes: frozenset[str]) -> Item:
    output = item.get("output")
    if "computer_call_output.output.image_url" in includes or not isinstance(output, dict) or not output.get("image_url"):
        return item
    return {**item, "output": {**output, "image_url": None}}


_SHOWN: Mapping[str, Callable[[Item, frozenset[str]], Item]] = {
    "message": _message,
    "file_search_call": _file_search,
    "code_interpreter_call": _code_interpreter,
    "computer_call_output": _screenshot,
    "web_search_call": _web_search,
    "reasoning": _reasoning,
}


def shown(item: Item, includes: frozenset[str]) -> Item:
    """The item as a reader who asked for `includes` sees it."""
    show = _SHOWN.get(item["type"])
    return show(item, includes) if show is not None else inputs.shown(item, includes)


def of_response(response: Response, includes: frozenset[str]) -> Object:
    """The response with its output as such a reader sees it."""
    output = response["output"]
    if not any(item["type"] in _SHOWN for item in output):
        return response
    return {**response, "output": [shown(item, includes) for item in output]}
