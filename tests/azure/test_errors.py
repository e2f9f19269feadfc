"""The error table: every row sound, every byte as known."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import azure_openai_mock
from azure_openai_mock.azure import errors, tables
from azure_openai_mock.wire.refusal import Refusal

ROWS = errors.catalogue()
FAULTABLE = [row for row in ROWS if row.faultable]
TEMPLATE_FIELDS = re.compile(r"\{([a-z_]+)\}")


def by_key(row: errors.ErrorRow) -> str:
    return row.key


def body_of(key: str, **fields: Any) -> Any:
    return json.loads(errors.render(Refusal(key, **fields)).body)


@pytest.mark.parametrize("row", ROWS, ids=by_key)
def test_a_row_says_where_it_comes_from(row: errors.ErrorRow) -> None:
    assert row.source
    assert row.trigger
    assert row.confidence in ("recorded", "documented", "observed", "assumed")
    assert 400 <= row.status <= 599
    assert row.forms


@pytest.mark.parametrize("row", ROWS, ids=by_key)
def test_every_placeholder_is_declared_with_an_example(row: errors.ErrorRow) -> None:
    declared = {*tables.load("errors")["fields"], "retry_after_ms", *tables.load("errors")["rows"][row.key].get("fields", {})}
    texts = [row.message, row.param or "", *row.headers.values(), (row.in_stream.message or "") if row.in_stream else ""]
    used = {name for text in texts for name in TEMPLATE_FIELDS.findall(text)}
    assert used <= declared
    assert used - {"retry_after_ms"} <= {name for name, example in row.fields.items() if example}


@pytest.mark.parametrize("row", FAULTABLE, ids=by_key)
def test_a_row_can_be_given_by_its_key_alone(row: errors.ErrorRow) -> None:
    rendered = errors.render(Refusal(row.key))
    assert rendered.status == row.status
    body = json.loads(rendered.body)
    text = json.dumps(body)
    assert not TEMPLATE_FIELDS.findall(text.replace("{}", ""))
    assert not any("\ue000" <= sign <= "\ue003" for sign in rendered.body.decode())
    assert rendered.headers[0] == ("content-type", "application/json")


@pytest.mark.parametrize("row", ROWS, ids=by_key)
def test_a_row_has_its_form_in_a_stream_and_in_a_failed_response(row: errors.ErrorRow) -> None:
    event = errors.stream_error(row.key)
    assert list(event) == ["type", "error"]
    assert event["type"] == "error"
    assert {"type", "code", "message", "param"} <= event["error"].keys()
    assert event["error"]["type"] in ("server_error", "too_many_requests", "forbidden", "user_error", "insufficient_quota")
    failed = errors.error_object(row.key)
    assert failed is None if row.key == "failed_without_error" else failed is not None and list(failed) == ["code", "message"]


@pytest.mark.parametrize("name", ["fault", "delay", "cut", "reset", "stall", "drop", "error_event", "silence", "refuse"])
def test_keys_are_not_names_of_faults(name: str) -> None:
    assert not errors.known(name)


def test_keys_are_snake_case() -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", row.key) for row in ROWS)


# ---- bytes ----


def test_a_wrong_path_is_56_bytes_with_a_space() -> None:
    assert errors.render(Refusal("resource_not_found")).body == b'{"error":{"code":"404","message": "Resource not found"}}'
    assert len(errors.render(Refusal("resource_not_found")).body) == 56


def test_a_wrong_key_is_224_bytes_and_says_permission_denied() -> None:
    rendered = errors.render(Refusal("invalid_key"))
    assert (rendered.status, rendered.reason, len(rendered.body)) == (401, "PermissionDenied", 224)
    assert rendered.body.startswith(b'{"error":{"code":"401","message":"Access denied due to invalid subscription key')


def test_a_missing_role_is_99_bytes() -> None:
    rendered = errors.render(Refusal("permission_denied"))
    assert rendered.body == b'{"error":{"code":"PermissionDenied","message": "Principal does not have access to API/Operation."}}'
    assert len(rendered.body) == 99


def test_a_bad_token_is_answered_without_the_error_wrapper() -> None:
    assert list(body_of("invalid_token")) == ["statusCode", "message"]
    assert body_of("invalid_token")["statusCode"] == 401


def test_openai_shaped_errors_are_pretty_printed_in_the_recorded_order() -> None:
    assert errors.render(Refusal("model_not_found", model="x")).body == (
        b'{\n  "error": {\n    "message": "The requested model \'x\' does not exist.",\n    "type": "invalid_request_error",\n'
        b'    "param": "model",\n    "code": "model_not_found"\n  }\n}'
    )


def test_null_stays_null() -> None:
    error = body_of("response_not_found", id="resp_1")["error"]
    assert error == {"message": "Response with id 'resp_1' not found.", "type": "invalid_request_error", "param": None, "code": None}


def test_a_missing_model_has_a_message_only() -> None:
    assert errors.render(Refusal("missed_model_deployment")).body == b'{"error":{"message":"Missed model deployment"}}'


def test_a_filtered_prompt_lists_what_was_found() -> None:
    error = body_of("content_filter")["error"]
    assert list(error) == ["message", "type", "param", "code", "content_filters"]
    assert error["content_filters"][0]["blocked"] is True
    given = [{"blocked": True, "source_type": "prompt"}]
    rendered = errors.render(Refusal("content_filter", content_filters=given)).body
    assert json.loads(rendered)["error"]["content_filters"] == given
    assert rendered == json.dumps(json.loads(rendered), indent=2, ensure_ascii=False).encode()


# ---- fields ----


def test_the_offender_is_named_in_message_and_param() -> None:
    error = body_of("invalid_type", param="input[2].content[0].type", expected="a string", got="an integer")["error"]
    assert error["message"] == "Invalid type for 'input[2].content[0].type': expected a string, but got an integer instead."
    assert error["param"] == "input[2].content[0].type"


def test_a_moved_parameter_leaves_param_null() -> None:
    error = body_of("unsupported_parameter", param="messages", name="messages", moved_to="input")["error"]
    assert error["param"] is None
    assert error["message"].startswith("Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.")


@pytest.mark.parametrize(("values", "said"), [(["a"], "'a'"), (["a", "b"], "'a' and 'b'"), (["a", "b", "c"], "'a', 'b', and 'c'")])
def test_lists_are_said_as_the_service_says_them(values: list[str], said: str) -> None:
    assert body_of("invalid_value", got="x", supported=values)["error"]["message"] == f"Invalid value: 'x'. Supported values are: {said}."


@given(st.text(), st.text())
def test_no_value_of_a_client_breaks_the_json(got: str, param: str) -> None:
    error = body_of("invalid_value", param=param, got=got, supported="'a'")["error"]
    assert error["param"] == param[: errors.LONGEST_FIELD]
    if len(got) <= errors.LONGEST_FIELD:
        assert error["message"] == f"Invalid value: '{got}'. Supported values are: 'a'."


@given(st.text(alphabet=st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), min_size=1, max_size=3))
def test_lone_surrogates_do_not_break_it_either(got: str) -> None:
    assert json.loads(errors.render(Refusal("invalid_value", param=got, got=got)).body)


def test_an_error_is_never_as_large_as_the_request() -> None:
    assert len(errors.render(Refusal("invalid_value", param="p" * 10**6, got="x" * 10**6, supported="'a'")).body) < 4096


@given(
    st.sampled_from(FAULTABLE),
    st.dictionaries(st.sampled_from(["id", "got", "name", "region"]), st.none() | st.integers() | st.lists(st.text()), max_size=3),
)
def test_odd_fields_never_make_another_error(row: errors.ErrorRow, fields: dict[str, Any]) -> None:
    assert json.loads(errors.render(Refusal(row.key, **fields)).body)


def test_an_unknown_key_is_a_server_error() -> None:
    assert errors.render(Refusal("no_such_key")).status == 500
    with pytest.raises(KeyError, match="did you mean 'rate_limited'"):
        errors.row("rate_limitd")


def test_the_hint_ends_the_message_where_asked_and_nowhere_else() -> None:
    refusal = Refusal("resource_not_found", hint='send "preview"')
    assert errors.render(refusal).body == errors.render(Refusal("resource_not_found")).body
    message = json.loads(errors.render(refusal, hint_in_message=True).body)["error"]["message"]
    assert message == 'Resource not found send "preview"'


def test_the_request_id_is_in_messages_that_name_it() -> None:
    assert "request ID abc in" in errors.render(Refusal("server_error"), request_id="abc").body.decode()


# ---- waiting ----


@pytest.mark.parametrize(
    ("key", "fields", "headers"),
    [
        ("rate_limited", {}, {"retry-after": "1", "retry-after-ms": "1000"}),
        ("rate_limited", {"retry_after": 0.25}, {"retry-after": "1", "retry-after-ms": "250"}),
        ("rate_limited", {"retry_after": 7}, {"retry-after": "7", "retry-after-ms": "7000"}),
        ("rate_limited", {"retry_after": None}, {}),
        ("rate_limited_retry_after", {"retry_after": 2}, {"retry-after": "2"}),
        ("rate_limited_retry_after_ms", {"retry_after": 0.5}, {"retry-after-ms": "500"}),
        ("rate_limited_without_retry_after", {}, {}),
        ("service_unavailable", {}, {}),
        ("service_unavailable", {"retry_after": 3}, {"retry-after": "3", "retry-after-ms": "3000"}),
    ],
)
def test_the_wait_is_rounded_up_in_seconds_and_exact_in_milliseconds(key: str, fields: dict[str, Any], headers: dict[str, str]) -> None:
    rendered = errors.render(Refusal(key, **fields))
    assert {name: value for name, value in rendered.headers if name.startswith("retry-after")} == headers


def test_a_message_names_the_wait() -> None:
    assert "Please retry after 38 seconds." in errors.message("rate_limited", retry_after=37.2)


# ---- by status, in streams ----


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 415, 421, 422, 429, 431, 500, 502, 503, 504])
def test_a_status_has_a_usual_body(status: int) -> None:
    row = errors.row(errors.key_for_status(status))
    assert row.status == status
    assert row.usual
    assert row.faultable


@pytest.mark.parametrize(("status", "key"), [(418, "bad_request"), (505, "server_error"), (599, "server_error")])
def test_another_status_has_that_of_its_class(status: int, key: str) -> None:
    assert errors.key_for_status(status) == key


def test_another_status_can_be_given_to_a_body() -> None:
    assert errors.render(Refusal("bad_request", status=418)).status == 418


def test_the_documented_event_of_peak_load() -> None:
    error = errors.stream_error("no_capacity")["error"]
    assert list(error) == ["type", "code", "headers", "message", "param"]
    assert (error["type"], error["code"], error["headers"]) == ("too_many_requests", "no_capacity", {"skip-error-remapping": "true"})


def test_a_failed_response_uses_the_described_codes() -> None:
    assert errors.error_object("rate_limited") == {"code": "rate_limit_exceeded", "message": errors.message("rate_limited")}
    assert errors.error_object("server_error", request_id="wfr_1")["code"] == "server_error"  # type: ignore[index]


def test_a_row_shows_itself_whole() -> None:
    shown = errors.row("rate_limited").public()
    assert json.loads(shown["body"])["error"]["code"] == "RateLimitReached"
    assert {"key", "status", "headers", "trigger", "source", "confidence"} <= shown.keys()
    assert json.dumps([row.public() for row in ROWS])


# ---- who raises what ----


def raised() -> Iterator[tuple[str, str, frozenset[str]]]:
    """`(place, key, fields)` of every refusal in the sources whose key is spelled out there."""
    root = Path(azure_openai_mock.__file__).parent
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal" and node.args):
                continue
            first = node.args[0]
            branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            fields = frozenset(keyword.arg or "**" for keyword in node.keywords) - {"param", "hint"}
            for branch in branches:
                if isinstance(branch, ast.Constant):
                    yield f"{path.relative_to(root)}:{node.lineno}", str(branch.value), fields


def test_every_refusal_in_the_sources_is_a_row() -> None:
    assert [(place, key) for place, key, _ in raised() if not errors.known(key)] == []


def test_every_refusal_gives_what_its_message_names() -> None:
    filled = {"param", "request_id", "retry_after", "retry_after_ms", "audience"}  # by the renderer, or the same for everyone
    lacking = [
        (place, key, sorted(missing))
        for place, key, fields in raised()
        if "**" not in fields and (missing := set(TEMPLATE_FIELDS.findall(errors.row(key).message)) - filled - fields)
    ]
    assert lacking == []
