"""The model that answers when no rule does: deterministic from the seed and the request, useful to a person, honest that it is a mock.

It answers a tool's output with text (so that agent loops end), calls the tool that `tool_choice` demands or that the newest message
plainly asks for, satisfies `text.format`, reasons where the model reasons, and otherwise says what it was asked and what came before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from ..engine import schema
from ..tools import TOOLS, mcp
from ..tools.choice import same_type
from ..tools.tool import Ask
from ..tools.tool_search import at_hand, found_by
from ..wire import json
from ..wire.record import record
from ..wire.types import Item, Object
from ..world import Dice
from .question import behind_last_answer

QUOTE = 160
"""Characters of the user's words that an answer repeats."""
FITS = 0.3
"""The score of a search from which on the model answers out of the files without being told to."""
_SMALL = """about after also and any are ask before being between both but can current could does doing done during each for from
get give given has have how into its list make more not now off one only our out over same set should some such tell
than that the their them then there these they this through under until use used using was were what when where which
while who will with would you your tool tools function call calls data item items value values user users"""
_SMALL_WORDS = frozenset(_SMALL.split())
"""Words of a tool's name or description that tell nothing of what it is for."""


@record(frozen=True, slots=True)
class Prompt:
    """All that the offline model looks at. `items` is the new input, `before` what came before it as far as it is at hand. `want` is
    which of the values that satisfy a schema it says.
    """

    model: str
    text: str
    items: Sequence[Item]
    request: Object
    dice: Dice
    before: Sequence[Item] = ()
    tools: Sequence[Object] = ()
    includes: frozenset[str] = frozenset()
    reasons: bool = False
    reasoning_content: bool = False
    found: Mapping[str, object] = field(default_factory=dict)
    want: schema.Want = "typical"


def answer(prompt: Prompt) -> list[Item]:
    """The output items, without ids."""
    said = _called(prompt)
    if not said:
        said = [{"type": "message", "content": _text(prompt)}]
    return [_reasoning(prompt), *said] if prompt.reasons else said


def _reasoning(prompt: Prompt) -> Item:
    item: Item = {"type": "reasoning", "summary": []}
    if prompt.reasoning_content:
        item["content"] = []
    wanted = prompt.request.get("reasoning")
    if isinstance(wanted, dict) and (wanted.get("summary") or wanted.get("generate_summary")):
        newest = _quoted(prompt.text) or "a tool result"
        item["summary"] = [f"**Reading the request**\n\nThe newest message is {newest}; answering it directly."]
    if "reasoning.encrypted_content" in prompt.includes:
        item["encrypted_content"] = ""
    return item


def _called(prompt: Prompt) -> list[Item]:
    """The calls of the tools that the turn uses, none for a plain answer."""
    said: list[Item] = []
    chosen = _chosen(prompt)
    for spec in chosen:
        context = (*prompt.before, *prompt.items)
        ask = Ask(_wish(prompt), prompt.dice.fork(f"tool {len(said)}"), context, prompt.includes, prompt.tools, prompt.found, prompt.want)
        used = TOOLS[spec["type"]].use(spec, ask)
        answered = bool(TOOLS[spec["type"]].answered_by)
        said.extend(used)
        if not answered:
            break
    return said


def _chosen(prompt: Prompt) -> list[Object]:
    choice = prompt.request.get("tool_choice", "auto")
    tools = [spec for spec in prompt.tools if spec["type"] in TOOLS]
    demanded = False
    if isinstance(choice, dict):
        if choice.get("type") == "allowed_tools":
            tools = [spec for spec in tools if any(_same(spec, allowed) for allowed in choice.get("tools") or [])]
            demanded = choice.get("mode") == "required"
        else:
            return [spec for spec in tools if _same(spec, choice)][:1]
    elif choice == "none":
        return []
    else:
        demanded = choice == "required"
    if not tools or (_awaits_text(prompt) and not demanded):
        return []
    tools, deferred = at_hand(tools, (*prompt.before, *prompt.items))
    if settled := [spec for spec in tools if _is_settled(spec, prompt)]:
        return settled[:1]
    if _has_searched(prompt):
        return _found(prompt, tools)
    text = prompt.text
    asked = [spec for spec in tools if asks_for(text, spec) or _has_answer(spec, prompt.found) or _finds(spec, deferred, text)]
    if not asked and demanded:
        asked = tools[:1]
    if prompt.request.get("parallel_tool_calls") is False or not named(text, asked):
        return asked[:1]
    return named(text, asked)


def _found(prompt: Prompt, tools: Sequence[Object]) -> list[Object]:
    """Of what the client's search found the tool that was asked for, else the first."""
    names = found_by(prompt.items[-1])
    found = [spec for spec in tools if spec.get("name") in names]
    return [spec for spec in found if asks_for(_wish(prompt), spec)][:1] or found[:1]


def _finds(spec: Object, deferred: Sequence[Object], text: str) -> bool:
    """Whether it is the search that would find a deferred tool that the text asks for."""
    return bool(spec["type"] == "tool_search" and any(asks_for(text, tool) for tool in deferred))


def _is_settled(spec: Object, prompt: Prompt) -> bool:
    """Whether the newest input approves or declines a call of that server: then the turn goes on with it."""
    return bool(spec["type"] == "mcp" and mcp.answered((*prompt.before, *prompt.items), spec["server_label"]))


def _has_answer(spec: Object, found: Mapping[str, object]) -> bool:
    """Whether the tool has found already what fits the question well."""
    results = found.get("results") if spec["type"] == "file_search" else None
    return bool(results) and isinstance(results, list) and results[0]["score"] >= FITS


def _same(spec: Object, choice: Object) -> bool:
    kind = choice.get("type")
    if kind == "function" or spec["type"] == "custom":
        return bool(spec["type"] == kind and spec.get("name") == choice.get("name"))
    if kind == "mcp":
        return bool(spec["type"] == "mcp" and spec.get("server_label") == choice.get("server_label"))
    return same_type(str(spec["type"]), str(kind))


def _awaits_text(prompt: Prompt) -> bool:
    """Whether the newest input is a tool's output: then the turn answers in words. After an approval or a search a call comes next."""
    last = prompt.items[-1]["type"] if prompt.items else ""
    return last.endswith("_output") and not _has_searched(prompt)


def _has_searched(prompt: Prompt) -> bool:
    """Whether the client tells which tools its search has found."""
    return bool(prompt.items) and prompt.items[-1]["type"] == "tool_search_output"


def _wish(prompt: Prompt) -> str:
    """The words that a tool must answer to: the newest of the user's, or where they sent a search those before it."""
    if _has_searched(prompt):
        return prompt.text or _last_words(prompt.items) or _last_words(prompt.before)
    return prompt.text


def named(text: str, tools: Sequence[Object]) -> list[Object]:
    """The tools whose very name the text says."""
    low = text.lower()
    return [spec for spec in tools if spec.get("name") and str(spec["name"]).lower() in low]


_HOSTED_WORDS = {
    "web_search": ("search the web", "web search", "search online", "look up online", "on the internet", "latest news"),
    "file_search": ("file search", "search the files", "search my files", "in the files", "in the documents", "in my documents"),
    "code_interpreter": ("code interpreter", "run code", "run python", "execute code", "with python", "using python"),
    "image_generation": ("generate an image", "image of", "draw ", "a picture of", "create an image", "paint "),
    "computer": ("computer", "browser", "screenshot", "click"),
    "shell": ("shell", "run the command", "terminal", "command line"),
    "apply_patch": ("patch", "edit the file", "create the file", "create a file", "change the file"),
    "mcp": ("mcp",),
    "tool_search": ("tool search", "find a tool"),
}


def asks_for(text: str, spec: Object) -> bool:
    """Whether the text plainly asks for this tool: by its name, the words of its name, or a telling word of its description."""
    low = f" {text.lower()} "
    kind = str(spec["type"])
    for start, phrases in _HOSTED_WORDS.items():
        if kind.startswith(start) or (start == "shell" and kind == "local_shell"):
            return any(phrase in low for phrase in (*phrases, str(spec.get("server_label", "\0")).lower()))
    if kind == "namespace" and any(asks_for(text, inner) for inner in spec["tools"]):
        return True
    name = str(spec.get("name", "")).lower()
    if name and name in low:
        return True
    words = _words(text)
    telling = {word for word in _words(name) if len(word) > 3} - _SMALL_WORDS
    if telling & words:
        return True
    described = {word for word in _words(_first_sentence(spec.get("description"))) if len(word) > 3} - _SMALL_WORDS
    return bool(described & words)


def _first_sentence(description: object) -> str:
    """What a tool is for stands first; long descriptions go on with advice whose words tell nothing."""
    return str(description or "").strip().split("\n")[0].split(". ")[0]


def _words(text: str) -> set[str]:
    """The words of a text; a name that is written together, like `get_rate`, is two."""
    return set("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


def _text(prompt: Prompt) -> str:
    wanted = prompt.request.get("text")
    form = wanted.get("format") if isinstance(wanted, dict) else None
    kind = form.get("type") if isinstance(form, dict) else "text"
    if kind == "json_schema" and isinstance(form, dict):
        value: Any = schema.sample(form.get("schema") or {}, prompt.dice.fork("format"), hint=prompt.text, want=prompt.want)
        return json.compact(value).decode()
    if kind == "json_object":
        return json.compact({"answer": _prose(prompt), "mock": True}).decode()
    return _prose(prompt)


def _prose(prompt: Prompt) -> str:
    if prompt.items and prompt.items[-1]["type"].endswith("_output"):
        outputs = [_output_text(item) for item in behind_last_answer(prompt.items) if item["type"].endswith("_output")]
        asked = _quoted(prompt.text or _last_words(prompt.items) or _last_words(prompt.before))
        told = "; ".join(_shortened(output) for output in outputs if output) or "nothing"
        return f"The tool returned: {told}." + (f" That answers {asked}." if asked else "")
    if not prompt.text:
        return f"{prompt.model} (offline mock): there was no text in the newest message to answer."
    earlier = _last_words(prompt.before) or _last_words(_before_newest(prompt.items))
    recalled = f" Earlier you said {_quoted(earlier)}." if earlier else ""
    return f"{prompt.model} (offline mock) read {_quoted(prompt.text)}.{recalled} Add a rule to have it say something else."


def _before_newest(items: Sequence[Item]) -> Sequence[Item]:
    users = [index for index, item in enumerate(items) if item["type"] == "message" and item.get("role") == "user"]
    return items[: users[-1]] if users else ()


def _last_words(items: Sequence[Item]) -> str:
    for item in reversed(items):
        if item["type"] == "message" and item.get("role") == "user":
            return " ".join(part["text"] for part in item.get("content") or [] if isinstance(part, dict) and "text" in part)
    return ""


_SHOWN = {"computer_screenshot": "a screenshot", "input_image": "a picture", "input_file": "a file"}
"""What is named, not repeated, of a tool's output."""


def _output_text(item: Item) -> str:
    output = item.get("output")
    if item["type"] == "tool_search_output":
        return ", ".join(found_by(item))
    if isinstance(output, list):
        return " ".join(_part_text(part) for part in output if isinstance(part, dict))
    if isinstance(output, dict):
        return _SHOWN.get(str(output.get("type"))) or json.compact(output).decode()
    return "" if output is None else str(output)


def _part_text(part: Object) -> str:
    return _SHOWN.get(str(part.get("type"))) or str(part.get("text", ""))


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= QUOTE else flat[: QUOTE - 1].rstrip() + "…"


def _quoted(text: str) -> str:
    return f"“{_shortened(text)}”" if text.strip() else ""
