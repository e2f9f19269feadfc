"""Input items: what is taken, how it is stored, and which path a refusal names."""

from __future__ import annotations

import base64
import typing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses.response_input_item_param import ResponseInputItemParam

from azure_openai_mock.azure import inputs, profiles, tables
from azure_openai_mock.wire.refusal import Refusal

GA = profiles.load("ga")
PREVIEW = profiles.load("preview")
OLDEST = profiles.load("dated-2025-03")
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
PDF = "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.4").decode()


def refused(value: Any, profile: Any = GA) -> Refusal:
    with pytest.raises(Refusal) as caught:
        inputs.check(value, profile=profile)
    return caught.value


def user(*content: Any) -> list[Any]:
    return [{"role": "user", "content": list(content)}]


# ---- the stored shape ----


def test_a_string_is_one_user_message() -> None:
    (item,) = inputs.check("hi", profile=GA)
    assert item == {"type": "message", "status": "completed", "content": [{"type": "input_text", "text": "hi"}], "role": "user"}
    assert list(item) == ["type", "status", "content", "role"]


@pytest.mark.parametrize("role", ["user", "system", "developer"])
def test_a_short_message_becomes_a_full_one(role: str) -> None:
    (item,) = inputs.check([{"role": role, "content": "hi"}], profile=GA)
    assert item == {"type": "message", "status": "completed", "content": [{"type": "input_text", "text": "hi"}], "role": role}


def test_what_the_assistant_said_is_output_text() -> None:
    (item,) = inputs.check([{"role": "assistant", "content": "hi", "phase": "final_answer", "id": "msg_1", "status": None}], profile=GA)
    assert list(item) == ["id", "type", "status", "content", "phase", "role"]
    assert item["content"] == [{"type": "output_text", "annotations": [], "logprobs": [], "text": "hi"}]
    assert item["status"] == "completed"


def test_images_and_files_get_the_members_that_the_service_adds() -> None:
    (item,) = inputs.check(
        user({"type": "input_image", "image_url": PNG}, {"type": "input_file", "file_data": PDF, "filename": "a.pdf"}), profile=GA
    )
    image, file = item["content"]
    assert list(image.items()) == [("type", "input_image"), ("detail", "auto"), ("file_id", None), ("image_url", PNG)]
    assert list(file.items()) == [("type", "input_file"), ("file_data", PDF), ("file_id", None), ("filename", "a.pdf")]


def test_a_function_call_and_its_output_are_stored_complete_and_in_order() -> None:
    call = {"type": "function_call", "name": "f", "call_id": "call_1", "arguments": "{}", "id": None}
    output = {"type": "function_call_output", "output": [{"type": "input_text", "text": "x"}], "call_id": "call_1"}
    first, second = inputs.check([call, output], profile=GA)
    assert list(first.items()) == [
        ("type", "function_call"),
        ("status", "completed"),
        ("arguments", "{}"),
        ("call_id", "call_1"),
        ("name", "f"),
    ]
    assert list(second) == ["type", "status", "call_id", "output"]


def test_a_reasoning_item_keeps_what_it_carries_and_gets_no_status() -> None:
    sent = {"type": "reasoning", "summary": [], "id": "rs_1", "encrypted_content": "opaque"}
    assert list(inputs.check([sent], profile=GA)[0]) == ["id", "type", "encrypted_content", "summary"]


@pytest.mark.parametrize("sent", [{"id": "msg_1"}, {"id": "msg_1", "type": "item_reference"}, {"id": "msg_1", "type": None}])
def test_an_id_alone_refers_to_a_stored_item(sent: Any) -> None:
    assert inputs.check([sent], profile=GA) == [{"id": "msg_1", "type": "item_reference"}]


def test_checking_leaves_the_request_as_it_was() -> None:
    sent = user({"type": "input_image", "image_url": PNG})
    inputs.check(sent, profile=GA)
    assert sent == user({"type": "input_image", "image_url": PNG})


def test_an_image_url_is_hidden_from_a_listing_unless_it_is_included() -> None:
    (item,) = inputs.check(user({"type": "input_image", "image_url": PNG}), profile=GA)
    assert inputs.shown(item)["content"][0]["image_url"] is None
    assert inputs.shown(item, {"message.input_image.image_url"})["content"][0]["image_url"] == PNG
    assert item["content"][0]["image_url"] == PNG


CALLS = [
    {"type": "custom_tool_call", "call_id": "call_1", "name": "grep", "input": "x"},
    {"type": "custom_tool_call_output", "call_id": "call_1", "output": "x"},
    {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"type": "search", "query": "q", "queries": ["q"], "sources": None},
    },
    {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["q"], "results": None},
    {"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "code": "1", "container_id": "cntr_1", "outputs": None},
    {"type": "image_generation_call", "id": "ig_1"},
    {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "s", "tools": [{"name": "t", "input_schema": {}}]},
    {"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "s", "name": "t", "arguments": "{}"},
    {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
    {"type": "mcp_call", "id": "mcp_1", "server_label": "s", "name": "t", "arguments": "{}", "output": "x", "error": None},
    {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "call_1",
        "action": {"type": "wait"},
        "pending_safety_checks": [],
        "status": "completed",
    },
    {"type": "computer_call_output", "call_id": "call_1", "output": {"type": "computer_screenshot", "image_url": PNG}},
    {
        "type": "local_shell_call",
        "id": "lsh_1",
        "call_id": "call_1",
        "status": "completed",
        "action": {"type": "exec", "command": ["ls"], "env": {}},
    },
    {"type": "local_shell_call_output", "call_id": "call_1", "output": "x"},
    {"type": "shell_call", "call_id": "call_1", "action": {"commands": ["ls"]}, "status": "completed"},
    {
        "type": "shell_call_output",
        "call_id": "call_1",
        "output": [{"stdout": "x", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
    },
    {"type": "apply_patch_call", "call_id": "call_1", "status": "completed", "operation": {"type": "delete_file", "path": "a"}},
    {"type": "apply_patch_call_output", "call_id": "call_1", "status": "completed", "output": "x"},
    {"type": "tool_search_call", "call_id": None, "execution": "server", "arguments": {"paths": ["x"]}, "status": "completed"},
    {
        "type": "tool_search_output",
        "call_id": None,
        "execution": "server",
        "tools": [{"type": "function", "name": "f"}],
        "status": "completed",
    },
    {"type": "additional_tools", "role": "developer", "tools": [{"type": "function", "name": "f"}]},
    {"type": "compaction", "id": "cmp_1", "encrypted_content": "opaque"},
    {"type": "program", "id": "cm_1", "call_id": "call_1", "code": "1", "fingerprint": "f"},
    {"type": "program_output", "id": "cmo_1", "call_id": "call_1", "result": "1", "status": "completed"},
]


@pytest.mark.parametrize("sent", CALLS, ids=lambda sent: str(sent["type"]))
def test_every_output_item_may_be_sent_back(sent: Any) -> None:
    (item,) = inputs.check([sent], profile=GA)
    assert {name: item[name] for name in sent} == sent


@pytest.mark.parametrize("kind", sorted(tables.load("inputs")["items"]))
def test_every_row_says_where_it_is_from(kind: str) -> None:
    row = tables.load("inputs")["items"][kind]
    assert row["source"]
    assert row["confidence"] in {"recorded", "documented", "observed", "assumed"}


def literals(hint: Any) -> list[str]:
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    return [each for part in typing.get_args(hint) for each in literals(part)]


@pytest.mark.parametrize("cls", typing.get_args(ResponseInputItemParam), ids=lambda cls: str(cls.__name__))
def test_every_item_and_member_of_the_client_library_is_known(cls: Any) -> None:
    table, hints = tables.load("inputs"), typing.get_type_hints(cls)
    (kind,) = literals(hints["type"])
    rows = [table["messages"][role] for role in literals(hints["role"])] if kind == "message" else [table["items"][kind]]
    members = {name for row in rows for name in row["fields"]} | {"id", "type"}
    assert set(hints) <= members


# ---- refusals ----


@pytest.mark.parametrize(
    ("value", "key", "param"),
    [
        (None, "invalid_type", "input"),
        (7, "invalid_type", "input"),
        ({}, "invalid_type", "input"),
        (["hi"], "invalid_type", "input[0]"),
        ([None], "invalid_type", "input[0]"),
        ([[]], "invalid_type", "input[0]"),
        ([{}], "invalid_value", "input[0]"),
        ([{"content": "hi"}], "invalid_value", "input[0]"),
        ([{"role": "tool", "content": "hi"}], "invalid_value", "input[0]"),
        ([{"role": "user"}], "missing_required_parameter", "input[0].content"),
        ([{"role": "user", "content": None}], "invalid_type", "input[0].content"),
        ([{"role": "user", "content": 7}], "invalid_type", "input[0].content"),
        ([{"role": "user", "content": "x", "odd": 1}], "unknown_parameter", "input[0].odd"),
        ([{"role": "user", "content": "x", "phase": "final_answer"}], "unknown_parameter", "input[0].phase"),
        ([{"role": "assistant", "content": "x", "phase": "odd"}], "invalid_value", "input[0].phase"),
        ([{"type": "odd"}], "invalid_value", "input[0]"),
        ([{"type": 7}], "invalid_value", "input[0]"),
        (
            [
                {"role": "user", "content": "x"},
                {"type": "function_call", "id": "__fake_id__", "call_id": "c", "name": "f", "arguments": "{}"},
            ],
            "invalid_id_prefix",
            "input[1].id",
        ),
        ([{"type": "function_call", "call_id": "c", "name": "f"}], "missing_required_parameter", "input[0].arguments"),
        ([{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}], "invalid_type", "input[0].arguments"),
        ([{"type": "function_call", "call_id": "c" * 65, "name": "f", "arguments": ""}], "string_above_max_length", "input[0].call_id"),
        ([{"type": "function_call", "call_id": "c", "name": "", "arguments": ""}], "empty_string", "input[0].name"),
        ([{"type": "function_call_output", "output": "x"}], "missing_required_parameter", "input[0].call_id"),
        ([{"type": "function_call_output", "call_id": "c", "output": {}}], "invalid_type", "input[0].output"),
        ([{"type": "reasoning", "id": "rs_1"}], "missing_required_parameter", "input[0].summary"),
        ([{"type": "tool_search_call", "arguments": "{}"}], "invalid_type", "input[0].arguments"),
        ([{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": "yes"}], "invalid_type", "input[0].approve"),
        ([{"type": "item_reference"}], "missing_required_parameter", "input[0].id"),
        (user({"type": "odd"}), "invalid_value", "input[0].content[0].type"),
        (user({"type": "output_text", "text": "x"}), "invalid_value", "input[0].content[0]"),
        (user({"type": "input_text"}), "missing_required_parameter", "input[0].content[0].text"),
        (user({"text": "x"}), "missing_required_parameter", "input[0].content[0].type"),
        (user("x"), "invalid_type", "input[0].content[0]"),
        (user({"type": "input_image"}), "missing_file_source", "input[0].content[0].image_url"),
        (user({"type": "input_image", "image_url": ""}), "invalid_url", "input[0].content[0].image_url"),
        (user({"type": "input_image", "image_url": {"url": PNG}}), "invalid_type", "input[0].content[0].image_url"),
        (user({"type": "input_image", "image_url": PNG, "detail": "best"}), "invalid_value", "input[0].content[0].detail"),
        (user({"type": "input_image", "image_url": "data:image/png;base64,###"}), "invalid_image_url", "input[0].content[0].image_url"),
        (user({"type": "input_image", "image_url": "data:image/png;base64,"}), "invalid_image_url", "input[0].content[0].image_url"),
        (user({"type": "input_image", "image_url": PDF}), "invalid_image_url", "input[0].content[0].image_url"),
        (user({"type": "input_image", "image_url": "file:///etc/passwd"}), "invalid_url", "input[0].content[0].image_url"),
        (user({"type": "input_file"}), "missing_file_source", "input[0].content[0].file_id"),
        (user({"type": "input_file", "file_data": "JVBERi0xLjQ="}), "invalid_file_data_format", "input[0].content[0].file_data"),
        (user({"type": "input_file", "file_data": "data:audio/mpeg;base64,AAAA"}), "invalid_file_data", "input[0].content[0].file_data"),
        (user({"type": "input_file", "file_url": "ftp://x/y"}), "invalid_url", "input[0].content[0].file_url"),
        (
            user({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "ogg"}}),
            "invalid_value",
            "input[0].content[0].input_audio.format",
        ),
        ([{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}], "invalid_value", "input[0].content[0]"),
    ],
)
def test_a_wrong_input_is_refused_where_it_is_wrong(value: Any, key: str, param: str) -> None:
    refusal = refused(value)
    assert (refusal.key, refusal.param) == (key, param)


def test_an_unknown_type_lists_those_that_the_profile_knows() -> None:
    later, earlier = (refused([{"type": "odd"}], profile).fields["supported"] for profile in (GA, PREVIEW))
    assert "compaction" in later
    assert "compaction" not in earlier
    assert set(earlier) < set(later)


def test_a_type_that_came_later_is_hinted_at() -> None:
    sent = [{"type": "compaction", "encrypted_content": "x"}]
    inputs.check(sent, profile=GA)
    assert "2026-02" in (refused(sent, PREVIEW).hint or "")
    assert refused([{"type": "odd"}], PREVIEW).hint is None


def test_an_assistant_part_names_what_an_assistant_may_say() -> None:
    refusal = refused([{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}])
    assert refusal.fields == {"got": "input_text", "supported": ("output_text", "refusal")}


def test_another_root_names_the_path() -> None:
    with pytest.raises(Refusal) as caught:
        inputs.check([{}], "items", profile=GA)
    assert caught.value.param == "items[0]"


def test_preview_takes_pdfs_only_and_no_images_as_files() -> None:
    inputs.check(user({"type": "input_file", "file_data": PDF}), profile=PREVIEW)
    inputs.check(user({"type": "input_file", "file_id": "assistant-1"}), profile=PREVIEW)
    for data in ("data:text/plain;base64,eA==", PNG):
        assert refused(user({"type": "input_file", "file_data": data}), PREVIEW).key == "unsupported_file"
        inputs.check(user({"type": "input_file", "file_data": data}), profile=GA)


def test_the_oldest_previews_read_no_internet_images() -> None:
    inputs.check(user({"type": "input_image", "image_url": PNG}), profile=OLDEST)
    assert refused(user({"type": "input_image", "image_url": "https://example.com/a.png"}), OLDEST).key == "url_not_supported"


# ---- reading ----


def test_the_text_of_an_item_is_what_the_model_reads() -> None:
    message, call, output = inputs.check(
        [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "a"},
                    {"type": "input_image", "image_url": PNG},
                    {"type": "input_text", "text": "b"},
                ],
            },
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x":1}'},
            {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "fine"}]},
        ],
        profile=GA,
    )
    assert [inputs.text_of(item) for item in (message, call, output)] == ["a\nb", 'f\n{"x":1}', "fine"]


def test_the_newest_user_text_is_found_behind_calls_and_the_fresh_one_is_not() -> None:
    asked = inputs.check([{"role": "user", "content": "old"}, {"role": "user", "content": "new"}], profile=GA)
    answered = [
        *asked,
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "x"},
    ]
    assert inputs.newest_user_text(asked) == inputs.fresh_user_text(asked) == "new"
    assert (inputs.newest_user_text(answered), inputs.fresh_user_text(answered)) == ("new", "")
    assert inputs.newest_user_text([]) == ""


# ---- any JSON at all ----

KEYS = st.sampled_from(
    ["type", "role", "content", "id", "text", "output", "summary", "call_id", "name", "arguments", "tools", "action", "image_url", "odd"]
)
WORDS = st.sampled_from(
    ["user", "assistant", "message", "input_text", "output_text", "input_image", "input_file", "odd", "", *tables.load("inputs")["items"]]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


def parent_exists(root: Any, path: str) -> bool:
    """Whether the path leads somewhere in the request, its last member perhaps missing."""
    steps = path.replace("[", ".[").split(".")[1:]
    for step in steps[:-1]:
        root = root[int(step[1:-1])] if step.startswith("[") else root[step]
    return not steps or isinstance(root, (list, dict))


@settings(max_examples=200)
@given(JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=6), max_size=3))
def test_any_json_is_taken_or_refused_at_a_path_of_the_request(value: Any) -> None:
    try:
        items = inputs.check(value, profile=GA)
    except Refusal as refusal:
        path = refusal.param or ""
    else:
        path = "input"
        assert all(isinstance(item["type"], str) for item in items)
        assert all(isinstance(inputs.text_of(item), str) for item in items)
        assert inputs.check(items, profile=GA) == items
    assert path.startswith("input")
    assert parent_exists(value, path)


@pytest.mark.parametrize("kind", ["input_text", "output_text"])
def test_the_parts_of_a_message_weigh_as_one_text(kind: str) -> None:
    parts = [{"type": kind, "text": "One."}, {"type": "input_image", "image_url": "https://x.example"}, {"type": kind, "text": "Two."}]
    assert inputs.weighed({"role": "user", "content": parts}) == ("user", "One.Two.")
    assert inputs.weighed({"role": "user", "content": "One.Two."}) == ("user", "One.Two.")
    assert inputs.text_of({"role": "user", "content": parts}) == "One.\nTwo.", "who reads it sees the parts"
