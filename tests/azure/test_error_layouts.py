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
