"""The line of each exchange, for people and for programs."""

from __future__ import annotations

import json
import logging
from typing import Any

import openai
import pytest

from azure_openai_mock import requestlog
from azure_openai_mock.requestlog import line
from azure_openai_mock.testing import MockServer


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    """Exchanges of every kind that the line tells of."""
    with MockServer(profile="ga") as mock:
        client = mock.client()
        client.responses.create(model="gpt-4o", input="hi")
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
        client.embeddings.create(model="text-embedding-3-small", input="hello there")
        client.models.list()
        mock.fault("rate_limited")
        with pytest.raises(openai.RateLimitError):
            client.responses.create(model="gpt-4o", input="hi")
        return list(mock.requests)


def test_every_exchange_has_its_line(entries: list[dict[str, Any]]) -> None:
    answered, chat, embedded, listed, refused = map(line, entries)
    assert answered.startswith("200  POST    /openai/v1/responses  gpt-4o  turn 1  8 sent, 8 counted, ")
    assert chat.startswith("200  POST    /openai/v1/chat/completions  gpt-4o  turn 1  ")
    assert "/openai/v1/embeddings  text-embedding-3-small  2 counted  " in embedded
    assert listed.startswith("200  GET     /openai/v1/models  ")
    assert refused.startswith("429  POST    /openai/v1/responses  gpt-4o  turn 1  rule rule_1  faults refuse;key=rate_limited  ")
    assert all("\x1b[" in line(entry, colour=True) for entry in entries)


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_says_each_on_one_line(entries: list[dict[str, Any]], form: str, capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = logging.getLogger("azure_openai_mock"), logging.getLogger("uvicorn.error")
    before = (ours.handlers[:], ours.propagate, ours.level, theirs.level)
    try:
        requestlog.configure(form, quiet=False)
        for entry in entries:
            logging.getLogger("azure_openai_mock.requests").info("", extra={"exchange": entry, "mock_scope": "mine"})
    finally:
        ours.handlers[:], ours.propagate = before[:2]
        ours.setLevel(before[2])
        theirs.setLevel(before[3])
    told = "".join(capsys.readouterr())
    assert "Traceback" not in told
    assert len(told.splitlines()) == len(entries)
    if form == "json":
        assert [json.loads(each)["status"] for each in told.splitlines()] == [200, 200, 200, 200, 429]
