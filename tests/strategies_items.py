"""Output items for property tests: every item type that can be told, as a rule or the offline model says it, and turns of them."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from azure_openai_mock.engine.turn import Ending, Pace, Turn
from azure_openai_mock.wire.types import Item

LAW = settings(deadline=None, max_examples=60)
"""For a law of all turns. No deadline: the vocabulary is loaded in whichever example comes first."""
EACH = settings(deadline=None, max_examples=15)
"""For a law that is tried on every item type."""
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
SOME = st.text("abc xyz éß漢🙂\n", min_size=1, max_size=30)
CALL = st.just({}) | st.fixed_dictionaries({"call_id": st.text("abc123", min_size=1, max_size=8).map("call_".__add__)})
ARGUMENTS = st.just("{}") | st.dictionaries(st.sampled_from(["city", "days"]), st.integers(-9, 9) | WORDS, max_size=2) | WORDS


def item(kind: str, fields: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Item]:
    """Items of a type, with members that are there and members that may be."""
    return st.fixed_dictionaries({"type": st.just(kind), **fields}, optional=optional)


def status(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(("completed", *words))


@st.composite
def _annotated(draw: st.DrawFn) -> Item:
    text = draw(SOME)
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    kinds = [
        {"type": "url_citation", "start_index": start, "end_index": end, "title": "A page", "url": "https://example.com/"},
        {"type": "file_citation", "file_id": "assistant-1", "filename": "a.txt", "index": end},
        {"type": "file_path", "file_id": "assistant-1", "index": end},
        {
            "type": "container_file_citation",
            "container_id": "cntr_1",
            "file_id": "cfile_1",
            "filename": "a.png",
            "start_index": start,
            "end_index": end,
        },
    ]
    annotations = draw(st.lists(st.sampled_from(kinds), max_size=3))
    return {"type": "output_text", "text": text, "annotations": annotations}


@st.composite
def _with_logprobs(draw: st.DrawFn) -> Item:
    pieces = draw(st.lists(SOME, min_size=1, max_size=4))
    logprobs = [{"token": piece, "bytes": list(piece.encode()), "logprob": -0.5, "top_logprobs": []} for piece in pieces]
    return {"type": "output_text", "text": "".join(pieces), "annotations": [], "logprobs": logprobs}


PARTS = (
    WORDS.map(lambda text: {"type": "output_text", "text": text})
    | _annotated()
    | _with_logprobs()
    | WORDS.map(lambda text: {"type": "refusal", "refusal": text})
)
TOOL = {"name": "lookup", "input_schema": {"type": "object", "properties": {}}, "description": None, "annotations": None}
FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}, "strict": False}
OUTCOME = st.sampled_from([{"type": "exit", "exit_code": 0}, {"type": "timeout"}])
OPERATION = st.fixed_dictionaries(
    {"type": st.sampled_from(["create_file", "update_file"]), "path": SOME, "diff": WORDS}
) | st.fixed_dictionaries({"type": st.just("delete_file"), "path": SOME})
ACTION = st.sampled_from(
    [
        {"type": "screenshot"},
        {"type": "click", "button": "left", "x": 1, "y": 2},
        {"type": "type", "text": "hello"},
        {"type": "scroll", "x": 0, "y": 0, "scroll_x": 0, "scroll_y": 9},
        {"type": "keypress", "keys": ["CTRL", "A"]},
        {"type": "wait"},
    ]
)
SEARCH = st.fixed_dictionaries(
    {"type": st.just("search"), "query": WORDS, "queries": st.lists(WORDS, max_size=2)},
    optional={"sources": st.just([{"type": "url", "url": "https://example.com/"}])},
)
PAGE = st.sampled_from(
    [{"type": "open_page", "url": "https://example.com/"}, {"type": "find_in_page", "url": "https://example.com/", "pattern": "a"}]
)
FAILURE = st.sampled_from(
    [
        {"type": "http_error", "code": 424, "message": "no"},
        {"type": "mcp_protocol_error", "code": -32000, "message": "no"},
        {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": "no"}]},
    ]
)

ITEMS: dict[str, st.SearchStrategy[Item]] = {
    "message": item(
        "message",
        {"content": WORDS | st.lists(PARTS, max_size=3)},
        status=status("incomplete"),
        phase=st.sampled_from(["commentary", "final_answer"]),
    ),
    "reasoning": item(
        "reasoning",
        {},
        summary=st.lists(WORDS, max_size=2),
        content=st.lists(WORDS, max_size=2),
        encrypted_content=st.sampled_from(["", "abc"]),
    ),
    "function_call": st.builds(
        lambda own, call: own | call,
        item(
            "function_call",
            {"name": st.just("f"), "arguments": ARGUMENTS},
            status=status("incomplete", "in_progress"),
            namespace=st.just("ns"),
        ),
        CALL,
    ),
    "function_call_output": item("function_call_output", {"call_id": st.just("call_1"), "output": WORDS}),
    "custom_tool_call": item("custom_tool_call", {"name": st.just("f"), "input": WORDS}),
    "custom_tool_call_output": item("custom_tool_call_output", {"call_id": st.just("call_1"), "output": WORDS}),
    "web_search_call": item("web_search_call", {"action": SEARCH | PAGE}, status=status("searching", "failed")),
    "file_search_call": item(
        "file_search_call",
        {"queries": st.lists(WORDS, max_size=2)},
        status=status("searching", "failed", "incomplete"),
        results=st.none() | st.just([{"file_id": "assistant-1", "filename": "a.txt", "score": 0.5, "text": "x", "attributes": {}}]),
    ),
    "code_interpreter_call": item(
        "code_interpreter_call",
        {"code": WORDS},
        status=status("interpreting", "failed", "incomplete"),
        outputs=st.none() | st.just([{"type": "logs", "logs": "1"}]),
        container_id=st.just("cntr_1"),
    ),
    "image_generation_call": item(
        "image_generation_call", {"result": st.none() | st.just("aGk=")}, status=status("generating", "failed"), size=st.just("1024x1024")
    ),
    "mcp_list_tools": item("mcp_list_tools", {"server_label": SOME, "tools": st.just([TOOL])}, error=st.none() | SOME),
    "mcp_approval_request": item("mcp_approval_request", {"server_label": SOME, "name": SOME, "arguments": ARGUMENTS}),
    "mcp_approval_response": item("mcp_approval_response", {"approval_request_id": st.just("mcpr_1"), "approve": st.booleans()}),
    "mcp_call": item(
        "mcp_call",
        {"server_label": SOME, "name": SOME, "arguments": ARGUMENTS},
        output=st.none() | WORDS,
        error=st.none() | FAILURE,
        status=status("failed"),
    ),
    "computer_call": item(
        "computer_call", {"action": ACTION}, pending_safety_checks=st.just([{"id": "cu_sc_1", "code": "c", "message": "m"}])
    ),
    "computer_call_output": item(
        "computer_call_output",
        {"call_id": st.just("call_1"), "output": st.just({"type": "computer_screenshot", "image_url": "data:image/png;base64,aGk="})},
    ),
    "local_shell_call": item("local_shell_call", {"action": st.just({"type": "exec", "command": ["ls"], "env": {}})}),
    "local_shell_call_output": item("local_shell_call_output", {"output": WORDS}),
    "shell_call": item(
        "shell_call", {"action": st.fixed_dictionaries({"commands": st.lists(WORDS, max_size=3)})}, status=status("incomplete")
    ),
    "shell_call_output": item(
        "shell_call_output",
        {
            "call_id": st.just("call_1"),
            "output": st.lists(st.fixed_dictionaries({"outcome": OUTCOME, "stderr": WORDS, "stdout": WORDS}), max_size=3),
        },
    ),
    "apply_patch_call": item("apply_patch_call", {"operation": OPERATION}),
    "apply_patch_call_output": item("apply_patch_call_output", {"call_id": st.just("call_1"), "output": st.none() | WORDS}),
    "tool_search_call": item("tool_search_call", {"arguments": st.just({"paths": ["f"]})}, execution=st.sampled_from(["server", "client"])),
    "tool_search_output": item("tool_search_output", {"tools": st.just([FUNCTION])}),
    "additional_tools": item("additional_tools", {"tools": st.just([FUNCTION])}),
    "compaction": item("compaction", {}, encrypted_content=st.just("abc")),
    "program": item("program", {"code": WORDS}),
    "program_output": item("program_output", {"call_id": st.just("call_1"), "result": WORDS}),
}
"""Item type -> items of that type."""

ANY = st.one_of(*ITEMS.values())
SAID = st.lists(ANY, max_size=5)
ENVELOPE: dict[str, Any] = {
    "id": "resp_" + "0" * 50,
    "object": "response",
    "created_at": 1_754_000_000,
    "status": "in_progress",
    "background": False,
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "model": "gpt-4o",
    "output": [],
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "usage": None,
}
USAGE = {
    "input_tokens": 1,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 3,
}
PACES = st.sampled_from([Pace(), Pace(first_token=0.5, per_token=0.25), Pace(queued=0.05, total=0.5), Pace(queued=1, per_token=0.1)])
ENDINGS = st.sampled_from(
    [
        Ending(),
        Ending(),
        Ending(incomplete="max_output_tokens"),
        Ending(incomplete="content_filter"),
        Ending(
            failed=True,
            event={"type": "server_error", "code": "c", "message": "m", "param": None},
            error={"code": "server_error", "message": "m"},
        ),
        Ending(failed=True, error={"code": "server_error", "message": "m"}, after=5),
        Ending(failed=True, event={"type": "server_error", "code": "c", "message": "m", "param": None}, after=9),
    ]
)


def turn_of(*said: Item, **fields: Any) -> Turn:
    """A turn that says these items."""
    background = fields.get("background", False)
    envelope = {**ENVELOPE, "background": background, "status": "queued" if background else "in_progress"}
    return Turn(
        envelope=envelope,
        said=said,
        chain="0123456789abcdef",
        seed=fields.pop("seed", b"seed"),
        created_at=1_754_000_000.25,
        closing={"usage": USAGE},
        **fields,
    )


@st.composite
def turns(draw: st.DrawFn, said: st.SearchStrategy[list[Item]] = SAID) -> Turn:
    """Turns of any items, paces and endings, in the foreground or the background."""
    return turn_of(
        *draw(said),
        background=draw(st.booleans()),
        obfuscate=draw(st.booleans()),
        pace=draw(PACES),
        ending=draw(ENDINGS),
        options=draw(st.sampled_from([{}, {"partial_images": 2, "compacting": True}])),
    )
