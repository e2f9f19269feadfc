"""Hypothesis strategies for create requests: legal, nearly legal, hostile. For properties of a client, a proxy or a server of anybody's.

    from azure_openai_contracts.strategies import legal_requests, nearly_legal_requests, hostile_bodies

    @given(legal_requests())
    def test_our_gateway_passes_every_legal_request_on(body): ...

- `legal_requests`: bodies that the API takes, whatever the month and without state: texts, items, tools, formats, limits.
- `nearly_legal_requests`: a legal body with one thing wrong, as a `Wrong`: the service must refuse it and name that place.
- `hostile_bodies`: bytes that mean harm or nothing: broken JSON, deep nesting, odd numbers, lone surrogates. Any 4xx is right, a 5xx
  or a hang is not.

What the strategies know of the API is written from its published description, apart from any server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

Body: TypeAlias = dict[str, Any]
Strategy: TypeAlias = "st.SearchStrategy[Any]"

MODEL: Final = "gpt-4o"
"""The deployment that is asked unless another is named: a model that takes `temperature` and `top_p`."""

_TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
_STRICT: Final = st.just(value=True)
_NAME: Final = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,20}", fullmatch=True)


# ---- legal ------------------------------------------------------------------------------------------------------------------------------


def input_items() -> st.SearchStrategy[list[Body]]:
    """A history that stands by itself: messages of any side, and function calls each with its output."""
    turns = st.lists(st.one_of(messages().map(lambda one: [one]), _calls()), min_size=1, max_size=4)
    return turns.map(lambda parts: [item for part in parts for item in part]).map(_calls_apart)


def messages() -> st.SearchStrategy[Body]:
    """A message: a bare text or parts, of a side that may speak."""
    spoken = st.fixed_dictionaries(
        {
            "role": st.sampled_from(["user", "system", "developer"]),
            "content": _TEXT | st.lists(_part("input_text"), min_size=1, max_size=3),
        },
        optional={"type": st.just("message")},
    )
    said = st.fixed_dictionaries({"role": st.just("assistant"), "content": _TEXT | st.lists(_part("output_text"), min_size=1, max_size=2)})
    return spoken | said


def _part(kind: str) -> st.SearchStrategy[Body]:
    return st.fixed_dictionaries({"type": st.just(kind), "text": _TEXT})


@st.composite
def _calls(draw: st.DrawFn) -> list[Body]:
    arguments = json.dumps(draw(st.dictionaries(_NAME, st.integers(-9, 9) | _TEXT, max_size=2)))
    call = {"type": "function_call", "call_id": "call_0", "name": draw(_NAME), "arguments": arguments}
    return [call, {"type": "function_call_output", "call_id": "call_0", "output": draw(_TEXT)}]


def _calls_apart(items: list[Body]) -> list[Body]:
    """The same items, each pair of call and output under an id of its own."""
    number, out = 0, []
    for item in items:
        number += item.get("type") == "function_call"
        out.append({**item, "call_id": f"call_{number}"} if "call_id" in item else item)
    return out


def schemas(depth: int = 2) -> st.SearchStrategy[Body]:
    """JSON schemas of an object that strict mode takes: every property required, nothing besides."""
    leaf = st.sampled_from(["string", "integer", "number", "boolean"]).map(lambda kind: {"type": kind})
    listed = leaf.map(lambda inner: {"type": "array", "items": inner})
    choice = st.lists(_NAME, min_size=1, max_size=3, unique=True).map(lambda names: {"type": "string", "enum": names})
    inner: Strategy = leaf | listed | choice | (schemas(depth - 1) if depth else leaf)
    return st.dictionaries(_NAME, inner, max_size=3).map(
        lambda properties: {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    )


def function_tools() -> st.SearchStrategy[Body]:
    """Declarations of functions."""
    return st.fixed_dictionaries(
        {"type": st.just("function"), "name": _NAME, "parameters": schemas(), "strict": _STRICT}, optional={"description": _TEXT}
    )


def _unnamed() -> Mapping[str, Strategy]:
    """Parameters that any request may have, each with its legal values."""
    formats = st.fixed_dictionaries({"type": st.just("json_schema"), "name": _NAME, "schema": schemas(), "strict": _STRICT})
    return {
        "instructions": _TEXT,
        "max_output_tokens": st.integers(16, 4096),
        "metadata": st.dictionaries(_NAME, _TEXT, max_size=4),
        "parallel_tool_calls": st.booleans(),
        "store": st.booleans(),
        "temperature": st.floats(0, 2, allow_nan=False).map(lambda value: round(value, 3)),
        "top_p": st.floats(0.01, 1).map(lambda value: round(value, 3)),
        "text": st.fixed_dictionaries({"format": st.just({"type": "text"}) | formats}),
        "tools": st.lists(function_tools(), max_size=3, unique_by=lambda tool: tool["name"]),
        "truncation": st.sampled_from(["auto", "disabled"]),
        "user": _TEXT,
    }


def legal_requests(*, model: str = MODEL, stream: bool | None = False) -> st.SearchStrategy[Body]:
    """Bodies that the API takes. `stream=None` draws that too."""
    fixed: dict[str, Strategy] = {"model": st.just(model), "input": _TEXT | input_items()}
    streams = st.booleans() if stream is None else st.sampled_from([stream])
    return st.fixed_dictionaries(fixed if stream is False else {**fixed, "stream": streams}, optional=dict(_unnamed()))


# ---- nearly legal -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """A body with one thing wrong. `where` is the member that the refusal's `param` must begin with, `what` says what was done."""

    body: Body
    where: str
    what: str


Spoil: TypeAlias = Callable[[Body], Wrong]


def _set(name: str, value: Any, what: str) -> Spoil:
    return lambda body: Wrong({**body, name: value}, name, what)


def _without(name: str) -> Spoil:
    return lambda body: Wrong({key: value for key, value in body.items() if key != name}, name, f"without {name}")


def _spoils() -> st.SearchStrategy[Spoil]:
    """The ways to make one thing wrong."""
    never = "x" * 70
    return st.sampled_from(
        [
            _without("model"),
            _set("input", 7, "a number as input"),
            _set("input", [7], "a number among the items"),
            _set("input", [{"role": "nobody", "content": "x"}], "a role that there is not"),
            _set("input", [{"role": "user", "content": [{"type": "scent"}]}], "a kind of part that there is not"),
            _set("input", [{"type": "function_call_output", "call_id": "call_nobody", "output": "x"}], "an output that answers no call"),
            _set("temperature", 2.1, "above its range"),
            _set("temperature", -0.1, "below its range"),
            _set("temperature", "warm", "a text as a number"),
            _set("top_p", 1.5, "above its range"),
            _set("max_output_tokens", 0, "below its range"),
            _set("max_output_tokens", "many", "a text as a number"),
            _set("metadata", {never: "x"}, "a key above its length"),
            _set("metadata", {str(number): "x" for number in range(17)}, "more pairs than allowed"),
            _set("metadata", {"a": 1}, "a number as a value"),
            _set("tools", [{"type": "crystal_ball"}], "a tool that there is not"),
            _set("tools", [{"type": "function", "name": "no blanks", "parameters": {}}], "a name with a blank"),
            _set("tools", "all", "a text as a list"),
            _set("tool_choice", {"type": "function", "name": "nobody"}, "a choice that was not offered"),
            _set("truncation", "some", "outside an enumeration"),
            _set("stream", "yes", "a text as a boolean"),
            _set("store", "yes", "a text as a boolean"),
            _set("previous_response_id", "msg_123", "an id of another kind"),
            _set("text", {"format": {"type": "verse"}}, "a format that there is not"),
            _set("include", ["everything"], "outside an enumeration"),
            _set("a_parameter_that_there_is_not", 1, "an unknown parameter"),
        ]
    )


@st.composite
def nearly_legal_requests(draw: st.DrawFn, *, model: str = MODEL) -> Wrong:
    """A legal body with one thing wrong."""
    return draw(_spoils())(draw(legal_requests(model=model)))


# ---- hostile ----------------------------------------------------------------------------------------------------------------------------


def hostile_bodies(*, model: str = MODEL) -> st.SearchStrategy[bytes]:
    """Bytes that no honest client sends as a JSON body."""
    legal = legal_requests(model=model).map(lambda body: json.dumps(body).encode())
    cut = st.tuples(legal, st.floats(0, 0.99)).map(lambda pair: pair[0][: int(len(pair[0]) * pair[1])])
    deep = st.tuples(st.integers(200, 20_000), st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")])).map(
        lambda pair: b'{"model":"m","input":' + pair[1][0] * pair[0] + b"1" + pair[1][1] * pair[0] + b"}"
    )
    return st.one_of(st.binary(max_size=200), cut, deep, _odd(model), st.sampled_from(_ODD_BODIES))


def _odd(model: str) -> st.SearchStrategy[bytes]:
    """A request with a value that parsers disagree about."""
    odd = ["NaN", "-Infinity", "1e999", "-0", "1" * 400, '"\\ud800"', '"\\u0000"', "0x10", "01", "'x'", "[1,]", '{"a":1,"a":2}', "tru"]
    spelt = f'{{"model":{json.dumps(model)},"input":"x",%s:%s}}'
    names = st.sampled_from(["temperature", "metadata", "instructions", "user", "input"])
    return st.tuples(names, st.sampled_from(odd)).map(lambda pair: (spelt % (json.dumps(pair[0]), pair[1])).encode())


_ODD_BODIES: Final = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"{}{}",
    b'{"model":"m","input":"\xff"}',
    b"{" * 50,
]
