"""How many tokens a text is, and where they begin.

With the extra `tokens` (the package `bpe-openai`, which carries the o200k vocabulary) counts are exact. Without it an estimate reads the
text as the vocabulary's own pre-tokenizer does and cuts long pieces: within about 15 % on ordinary English, code and JSON. The vocabulary
is loaded on first use, never at import.

Laws: `"".join(split(text)) == text`; no piece is empty; for the estimate `estimate(text) == len(pieces(text))`. All are linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any, Protocol

MESSAGE = 4
"""Tokens around the text of a message of the client's, instructions included (recorded: every further message costs its text and 4)."""
OUTPUT = 5
"""Tokens around a tool's output (recorded)."""
PRIMING = 3
"""Tokens that begin the answer (recorded: one message to gpt-4o or gpt-4.1 counts its text and 7)."""
REASONING_PRIMING = 2
"""The same on models that reason (recorded: one message to o4-mini or gpt-5 counts its text and 6)."""
ENDING = {"assistant": (1, 4), "function_call": (7, 10)}
"""Tokens of what the model says beside its text, without reasoning and with (recorded: gpt-4o-mini counts a message's text and 1, gpt-5.4
its text and 4). In the context of the next turn the same is counted, and what began it (recorded).
"""
WITH_TOOLS = 1
"""What a message costs more where tools are declared, without reasoning (recorded)."""
SHAPED = 4
"""What a message costs more where it follows a schema, on models that reason (recorded)."""
THOUGHT = 2
"""What a reasoning item costs beside its reasoning tokens (recorded)."""
TOOLS = 10
"""Tokens around the declared functions (recorded: a fitted constant)."""
REASONING_TOOLS = 16
"""The same on models that reason (recorded: a fitted constant)."""


class _Vocabulary(Protocol):
    def encode(self, text: str) -> list[int]: ...
    def decode(self, tokens: list[int]) -> str: ...
    def count(self, text: str) -> int: ...


@cache
def _vocabulary() -> _Vocabulary | None:
    """The o200k vocabulary, or None where the extra is not installed. The first call takes about 60 ms.

    Only the package's compiled module is loaded: the package itself reads three vocabularies line by line, ten times as long.
    """
    try:
        package = find_spec("bpe_openai")
        spec = PathFinder.find_spec("bpe_openai._bindings", package.submodule_search_locations) if package is not None else None
        if spec is None or spec.loader is None:
            return None
        bindings = module_from_spec(spec)
        spec.loader.exec_module(bindings)
        loaded: _Vocabulary = bindings.tokenizer_for_encoding("o200k_base")
    except (ImportError, AttributeError, ValueError):
        return None
    return loaded


def exact() -> bool:
    """Whether counts are the vocabulary's own, rather than an estimate."""
    return _vocabulary() is not None


_CACHED_LENGTH = 512
"""Characters up to which a count is remembered: prompts repeat, documents do not."""


def count(text: str) -> int:
    """Tokens of the text by the o200k vocabulary, or the estimate without it."""
    return _remembered(text) if len(text) <= _CACHED_LENGTH else _count(text)


def _count(text: str) -> int:
    vocabulary = _vocabulary()
    if vocabulary is None:
        return estimate(text)
    try:
        return vocabulary.count(text)
    except UnicodeEncodeError:  # a lone surrogate, which no JSON text holds
        return estimate(text)


_remembered = lru_cache(maxsize=1024)(_count)


def split(text: str) -> list[str]:
    """The text cut at token boundaries. A character that spans several tokens stays whole, so there may be fewer pieces than tokens."""
    vocabulary = _vocabulary()
    if vocabulary is None:
        return pieces(text)
    try:
        tokens = vocabulary.encode(text)
    except UnicodeEncodeError:
        return pieces(text)
    decode = vocabulary.decode
    whole: list[str] = []
    torn: list[int] = []
    for token in tokens:
        torn.append(token)
        try:
            whole.append(decode(torn))
        except ValueError:  # the bytes so far end inside a character
            continue
        torn = []
    return whole


# The vocabulary's own pre-tokenizer, written for `re`, with every run bounded. The bounds were fitted against the vocabulary on English,
# Python and JSON; being bounded, no alternative can look further than a few characters, so the scan is linear whatever the text.
_PREFIX = r"(?:[^\r\n\w]|_)?"
_PIECE = re.compile(
    rf"{_PREFIX}[A-Z]?[a-z]{{1,10}}(?:'(?:s|t|re|ve|m|ll|d)(?![a-z]))?"
    rf"|{_PREFIX}[A-Z]{{1,3}}"
    r"|\d{1,3}"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,2}"
    rf"|{_PREFIX}[^\W\d_A-Za-z]{{1,4}}"
    r"| ?(?:[^\s\w]|_){1,3}[\r\n/]{0,8}"
    r"|\s{0,64}[\r\n]{1,16}"
    r"|\s{1,64}(?!\S)"
    r"|.",
    re.DOTALL,
)


def estimate(text: str) -> int:
    """About how many tokens the text is, without a vocabulary."""
    return len(_PIECE.findall(text))


def pieces(text: str) -> list[str]:
    """The text cut where tokens plausibly begin, without a vocabulary."""
    return _PIECE.findall(text)


def of_item(text: str, kind: str = "user", *, reasons: bool = False) -> int:
    """Input tokens of one item among others. `kind` is a message's role or the item's type; reasoning that is sent back is not counted."""
    if kind == "reasoning":
        return 0
    if kind in ENDING:
        return _priming(reasons=reasons) + ENDING[kind][reasons] + count(text)
    return (OUTPUT if kind == "function_call_output" else MESSAGE) + count(text)


def of_items(items: Iterable[tuple[str, str]], *, reasons: bool = False) -> int:
    """Input tokens of a whole prompt, of each item its kind and text, the priming of the answer included. 0 without any."""
    total = sum(of_item(text, kind, reasons=reasons) for kind, text in items)
    return total + _priming(reasons=reasons) if total else 0


def _priming(*, reasons: bool) -> int:
    return REASONING_PRIMING if reasons else PRIMING


def of_tools(tools: Iterable[Mapping[str, Any]], *, reasons: bool = False) -> int:
    """Input tokens that declared functions cost; 0 without any. A model reads them as type declarations, shorter than their JSON (recorded:
    the declarations below are within two tokens of most requests with functions).
    """
    declared = [_declaration(tool) for tool in tools]
    if not declared:
        return 0
    return (REASONING_TOOLS if reasons else TOOLS) + sum(count(text) for text in declared)


def _declaration(tool: Mapping[str, Any]) -> str:
    description = tool.get("description")
    lines = [f"// {description}"] if description else []
    parameters = tool.get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, Mapping) else None
    name = tool.get("name") or tool.get("type")
    if isinstance(parameters, Mapping) and isinstance(properties, Mapping) and properties:
        lines.append(f"type {name} = (_: {_shape(parameters, 0)}) => any")
    else:
        lines.append(f"type {name} = () => any")
    return "\n".join(lines)


_SHAPE_DEPTH = 8
_NAMES = {"integer": "number", "array": "any[]", "object": "object"}


def _shape(schema: Any, depth: int) -> str:
    if not isinstance(schema, Mapping) or depth > _SHAPE_DEPTH:
        return "any"
    options = schema.get("enum")
    if isinstance(options, list):
        return " | ".join(f'"{option}"' if isinstance(option, str) else str(option) for option in options)
    union = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(union, list):
        return " | ".join(_shape(branch, depth + 1) for branch in union)
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and properties:
        return _fields(schema, properties, depth)
    items = schema.get("items")
    if isinstance(items, Mapping):
        return _shape(items, depth + 1) + "[]"
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    return " | ".join(_NAMES.get(name, name) if isinstance(name, str) else "any" for name in kinds)


def _fields(schema: Mapping[str, Any], properties: Mapping[str, Any], depth: int) -> str:
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    lines = ["{"]
    for name, field in properties.items():
        description = field.get("description") if isinstance(field, Mapping) else None
        if description:
            lines.append(f"// {description}")
        lines.append(f"{name}{'' if name in needed else '?'}: {_shape(field, depth + 1)},")
    lines.append("}")
    return "\n".join(lines)
