"""Every error has one of the layouts that the service's layers write, with its own row's values in their places."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azure_openai_mock.azure import errors
from azure_openai_mock.wire.refusal import Refusal

NUMBERED = "AADSTS"
"""Entra's own errors have a number, and come with what traces them."""


def wanted(row: errors.ErrorRow, body: Any) -> Any:
    """The body that a row's layout makes of it; what is drawn or long is taken from `body`."""
    said = errors.message(row.key, request_id="rid")
    inner = body.get("error") if isinstance(body, dict) else None
    match row.layout:
        case "openai":
            extra = json.loads(row.extra) if row.extra else {}
            param = None if row.silent_param else inner["param"]
            return {"error": {"message": said, "type": row.type, "param": param, "code": row.code, **{name: inner[name] for name in extra}}}
        case "gateway" | "gateway_spaced":
            return {"error": {"code": row.code, "message": said}}
        case "classic":
            return {"error": {"type": row.type, "code": row.code, "message": said}}
        case "entra":
            return {"statusCode": row.status, "message": said}
        case "message_only":
            return {"error": {"message": said}}
        case "maas":
            return {"error": {"code": row.code, "message": said, "details": said}}
        case "project":
            return {"error": {"code": row.code, "message": said, "details": [], "additional_info": {"request_id": "rid"}}}
        case "validation":
            return {"requestid": "rid", "code": row.status, "message": said}
        case "chat_filter":
            found = inner["innererror"]["content_filter_result"]
            innermost = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": found}
            outer = {"message": said, "type": None, "param": row.param, "code": row.code, "status": row.status}
            return {"error": {**outer, "innererror": innermost}}
        case "oauth" if NUMBERED in row.message:
            number = row.message.partition(NUMBERED)[2].partition(":")[0]
            drawn = {name: body[name] for name in ("timestamp", "trace_id", "correlation_id")}
            traced = f"{said} Trace ID: {drawn['trace_id']} Correlation ID: {drawn['correlation_id']} Timestamp: {drawn['timestamp']}"
            uri = f"https://login.microsoftonline.com/error?code={number}"
            return {"error": row.code, "error_description": traced, "error_codes": [int(number)], **drawn, "error_uri": uri}
        case "oauth":
            return {"error": row.code, "error_description": said}
    return None


@pytest.mark.parametrize("row", [row for row in errors.catalogue() if row.faultable], ids=lambda row: row.key)
def test_a_body_is_its_layout_filled_with_its_row(row: errors.ErrorRow) -> None:
    rendered = errors.render(Refusal(row.key), hint_in_message=False, request_id="rid").body
    body = json.loads(rendered) if rendered else None
    made = wanted(row, body)
    assert body == made
    assert json.dumps(body) == json.dumps(made), "the order of members"


def test_a_row_that_names_no_layer_is_the_services() -> None:
    assert errors.row("response_not_found").layer == "service"
    assert errors.row("invalid_key").layer == "gateway"


@pytest.mark.parametrize("row", errors.catalogue(), ids=lambda row: row.key)
def test_the_catalogue_shows_a_type_where_the_body_has_one(row: errors.ErrorRow) -> None:
    assert row.public()["type"] == (row.type if row.layout in ("openai", "classic") else None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "user_error"), (401, "forbidden"), (403, "forbidden"), (404, "user_error"), (429, "too_many_requests"), (500, "server_error")],
)
def test_in_a_stream_an_error_is_of_its_statuss_class(status: int, kind: str) -> None:
    rows = [row for row in errors.catalogue() if row.status == status and row.in_stream is None]
    assert rows
    assert {errors.stream_error(row.key)["error"]["type"] for row in rows} == {kind}


@pytest.mark.parametrize("row", [row for row in errors.catalogue() if row.failed_code is None], ids=lambda row: row.key)
def test_a_failed_response_says_its_rows_code_or_its_statuss(row: errors.ErrorRow) -> None:
    failed = errors.error_object(row.key)
    if failed is None:
        assert row.key == "failed_without_error"
    elif row.status == 429:
        assert failed["code"] == "rate_limit_exceeded"
    else:
        assert failed["code"] == (row.code or ("server_error" if row.status >= 500 else "invalid_prompt"))


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (None, "null"), (7, "7"), (["a", "b"], "'a' and 'b'")])
def test_a_field_is_told_as_the_service_writes_values(value: object, text: str) -> None:
    assert errors.message("response_not_found", id=value) == errors.message("response_not_found", id="SIGN").replace("SIGN", text)


def test_a_wait_is_told_where_the_row_tells_one_or_somebody_gave_one() -> None:
    def waits(key: str, **fields: Any) -> dict[str, str]:
        return {name: value for name, value in errors.render(Refusal(key, **fields)).headers if name.startswith("retry-after")}

    assert waits("server_error") == {}
    assert waits("server_error", retry_after=1.5) == {"retry-after": "2", "retry-after-ms": "1500"}
    assert waits("rate_limited_without_retry_after", retry_after=1.5) == {}, "its text tells it already"


def test_an_error_without_a_body_has_no_type_either() -> None:
    rendered = errors.render(Refusal("failed_without_error"))
    assert (rendered.headers, rendered.body) == ((), b"")


# ---- what a row says of itself ----

SHOWN_AS_IS = (
    "key",
    "status",
    "code",
    "param",
    "message",
    "layer",
    "exhausts",
    "trigger",
    "source",
    "confidence",
    "usual",
    "headers",
    "fields",
)


@pytest.mark.parametrize("row", errors.catalogue(), ids=lambda row: row.key)
def test_the_catalogue_shows_a_row_by_the_names_that_it_has(row: errors.ErrorRow) -> None:
    shown = row.public()
    assert set(shown) == {*SHOWN_AS_IS, "type", "forms", "body"}
    assert {name: shown[name] for name in SHOWN_AS_IS} == {name: getattr(row, name) for name in SHOWN_AS_IS}
    assert shown["forms"] == list(row.forms)
    assert shown["body"] == (errors.render(Refusal(row.key)).body.decode() if "body" in row.forms else None)
    assert row.faultable == ("body" in row.forms)


@pytest.mark.parametrize("row", [row for row in errors.catalogue() if row.faultable], ids=lambda row: row.key)
def test_a_rows_headers_are_sent_as_they_stand_after_the_type(row: errors.ErrorRow) -> None:
    rendered = errors.render(Refusal(row.key))
    plain = [(name, value) for name, value in row.headers.items() if not name.startswith("retry-after")]
    sent = [pair for pair in rendered.headers if not pair[0].startswith("retry-after")]
    assert sent == [("content-type", "application/json"), *plain]
    assert (rendered.status, rendered.reason, rendered.layer) == (row.status, row.reason, row.layer)


# ---- fields, however odd ----


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(0, 0.0), (2.5, 2.5), ("2.5", 2.5), (-1, 0.0), (float("nan"), 0.0), (float("inf"), 0.0), ("soon", 1.0), (None, 1.0), ([], 1.0)],
)
def test_a_wait_is_read_whatever_its_form(given: object, seconds: float) -> None:
    assert errors.seconds_of(given) == seconds


def test_a_fields_text_is_cut_beyond_the_longest_and_says_so() -> None:
    longest = "x" * errors.LONGEST_FIELD
    assert errors.message("response_not_found", id=longest) == f"Response with id '{longest}' not found."
    assert errors.message("response_not_found", id=longest + "x") == f"Response with id '{longest}...' not found."


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""),
        (("b", "a"), "'b' and 'a'"),
        ({"b", "a"}, "'a' and 'b'"),
        (frozenset("cab"), "'a', 'b', and 'c'"),
        (list("dcba"), "'d', 'c', 'b', and 'a'"),
    ],
)
def test_several_values_are_listed_in_their_order_and_sets_in_that_of_the_alphabet(values: object, text: str) -> None:
    assert errors.message("response_not_found", id=values) == f"Response with id '{text}' not found."


def test_what_nobody_gave_is_the_tables_example_and_never_a_placeholder() -> None:
    row = errors.row("response_not_found")
    assert errors.message(row.key) == row.message.replace("{id}", row.fields["id"])
    named = errors.render(Refusal("server_error", request_id="theirs")).body
    assert b"theirs" in named
    assert named == errors.render(Refusal("server_error"), request_id="theirs").body
    assert named == errors.render(Refusal("server_error", request_id="theirs"), request_id="ours").body


def test_a_hint_follows_in_every_layout_that_has_a_message_and_an_empty_one_adds_nothing() -> None:
    for row in errors.catalogue():
        plain = errors.render(Refusal(row.key)).body.decode()
        assert errors.render(Refusal(row.key, hint=""), hint_in_message=True).body.decode() == plain
        hinted = errors.render(Refusal(row.key, hint="THE HINT"), hint_in_message=True).body.decode()
        assert (" THE HINT" in hinted) == bool(plain), row.key
        assert hinted.replace(" THE HINT", "") == plain


def test_a_status_that_is_asked_for_goes_before_the_fields_and_both_before_the_rows() -> None:
    assert errors.render(Refusal("bad_request")).status == 400
    assert errors.render(Refusal("bad_request", status=418)).status == 418
    assert errors.render(Refusal("bad_request", status=418), status=422).status == 422
    assert errors.render(Refusal("bad_request", status="418")).status == 400


def test_what_is_at_fault_is_named_by_the_refusal_or_else_by_the_row_or_not_at_all() -> None:
    def param(key: str, **given: Any) -> Any:
        return json.loads(errors.render(Refusal(key, **given)).body)["error"]["param"]

    named = next(
        row for row in errors.catalogue() if row.layout == "openai" and row.param and "{" not in row.param and not row.silent_param
    )
    assert (param(named.key), param(named.key, param="mine")) == (named.param, "mine")
    assert param(named.key, param="x" * (errors.LONGEST_FIELD + 1)) == "x" * errors.LONGEST_FIELD
    silent = next(row for row in errors.catalogue() if row.layout == "openai" and row.silent_param)
    assert param(silent.key, param="mine") is None
    assert errors.stream_error(silent.key, param="mine")["error"]["param"] is None


def test_a_key_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(KeyError, match=r"no error 'rate_limitd'.*did you mean 'rate_limited'"):
        errors.row("rate_limitd")
    assert errors.keys() == {row.key for row in errors.catalogue()}
    assert not errors.known("rate_limitd")
