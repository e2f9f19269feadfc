"""Rules say, end, pace and break, and the journal says what happened."""

from __future__ import annotations

import json
import time
from pathlib import Path

import openai
import pytest

from .conftest import Mock, start, stop

pytestmark = pytest.mark.everywhere

BODY = b'{"model":"gpt-4o","input":"hi"}'


def test_items_are_said_to_the_letter_in_stream_and_body(ga: Mock) -> None:
    said = [{"type": "reasoning", "summary": ["Looking it up."]}, {"type": "function_call", "name": "f", "arguments": {"city": "Oslo"}}]
    ga.rule(say=said, times=2)
    client = ga.client()
    body = client.responses.create(model="gpt-4o", input="go")
    events = list(client.responses.create(model="gpt-4o", input="go", stream=True))
    assert body.output[0].summary[0].text == "Looking it up."  # type: ignore[union-attr]
    assert body.output[1].arguments == '{"city":"Oslo"}'  # type: ignore[union-attr]
    streamed = events[-1].response.output  # type: ignore[union-attr]
    assert [item.type for item in streamed] == ["reasoning", "function_call"]


def test_the_newest_matching_rule_speaks_and_a_spent_one_is_silent(ga: Mock) -> None:
    ga.rule(say="older")
    ga.rule(say="newer", when={"input__contains": "hi"}, times=1)
    client = ga.client()
    assert [client.responses.create(model="gpt-4o", input="hi").output_text for _ in range(2)] == ["newer", "older"]


def test_a_list_of_lists_is_one_turn_after_the_other(ga: Mock) -> None:
    ga.rule(say=[["one"], ["two"]])
    client = ga.client()
    said = [client.responses.create(model="gpt-4o", input="hi").output_text for _ in range(3)]
    assert said[:2] == ["one", "two"]
    assert said[2] not in ("one", "two")


def test_outcomes_are_stored(ga: Mock) -> None:
    client = ga.client()
    ga.rule(say="cut sh", outcome={"incomplete": "max_output_tokens"}, times=1)
    cut = client.responses.create(model="gpt-4o", input="hi")
    assert (cut.status, cut.incomplete_details and cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    ga.rule(outcome={"failed": "server_error"}, times=1)
    failed = client.responses.create(model="gpt-4o", input="hi")
    assert failed.status == "failed"
    assert failed.error is not None
    assert client.responses.retrieve(failed.id).status == "failed"
    ga.rule(outcome={"refusal": "I can't."}, times=1)
    assert client.responses.create(model="gpt-4o", input="hi").output[0].content[0].refusal == "I can't."  # type: ignore[union-attr]


def test_a_failing_stream_tells_its_events_then_the_error_then_failed(ga: Mock) -> None:
    ga.rule(say="a long answer", outcome={"failed": "server_error", "after": 5})
    _, _, raw = ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-4o","input":"hi","stream":true}')
    events = [json.loads(block.split(b"data: ")[1]) for block in raw.split(b"\n\n") if block]
    assert [event["type"] for event in events][5:] == ["error", "response.failed"]
    assert events[5]["error"]["message"]


def test_the_content_filter_refuses_a_prompt_and_cuts_a_completion(ga: Mock) -> None:
    client = ga.client()
    ga.rule(outcome={"content_filter": "prompt"}, times=1)
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="gpt-4o", input="hi")
    assert refused.value.code == "content_filter"
    ga.rule(say="half", outcome={"content_filter": "completion"}, times=1)
    cut = client.responses.create(model="gpt-4o", input="hi")
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "content_filter"
    assert cut.to_dict()["content_filters"][1]["blocked"] is True  # type: ignore[index,call-overload]


def test_a_cut_stream_is_stored_whole_and_can_be_resumed(ga: Mock) -> None:
    client = ga.client()
    ga.rule(say="a long answer indeed", fault=[{"cut": {"after": 6}}], times=1)
    heard = []
    stream = client.responses.create(model="gpt-4o", input="hi", stream=True)
    with pytest.raises(openai.APIError):
        heard.extend(event for event in stream)
    assert len(heard) == 6
    stored = client.responses.retrieve(heard[0].response.id)  # type: ignore[union-attr]
    assert stored.output_text == "a long answer indeed"
    rest = list(client.responses.retrieve(stored.id, stream=True, starting_after=5))
    assert rest[-1].type == "response.completed"


def test_silence_did_the_work(ga: Mock) -> None:
    ga.rule(fault=["silence"], times=1)
    with pytest.raises(openai.APITimeoutError):
        ga.client(timeout=0.5).responses.create(model="gpt-4o", input="hi")
    deadline = time.monotonic() + 5
    while len(ga.journal()) < 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    entry = ga.journal()[-1]
    assert entry["status"] is None
    assert ga.client().responses.retrieve(entry["response_id"]).status == "completed"


def test_a_header_breaks_one_request_alone(ga: Mock) -> None:
    assert ga.raw("POST", "/openai/v1/responses", BODY, {"x-mock-fault": "rate_limited"})[0] == 429
    assert ga.raw("POST", "/openai/v1/responses", BODY)[0] == 200
    assert ga.raw("POST", "/openai/v1/responses", BODY, {"x-mock-fault": "nonsense"})[0] == 400


def test_faults_hit_every_operation(ga: Mock) -> None:
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi")
    ga.rule(when={"operation": "responses.retrieve"}, fault=[{"refuse": {"status": 503}}], times=1)
    with pytest.raises(openai.InternalServerError):
        client.responses.retrieve(made.id)
    assert client.responses.retrieve(made.id).id == made.id


def test_the_same_seed_rules_and_requests_give_the_same_bytes(ga: Mock) -> None:
    def run() -> list[bytes]:
        ga.control("POST", "/reset", {})
        ga.control("PUT", "/settings", {"profile": "ga"})
        ga.control("POST", "/clock", {"freeze": True})
        ga.control("POST", "/clock", {"set": 1_754_000_000})
        plain = ga.raw("POST", "/openai/v1/responses", BODY)[2]
        stream = ga.raw("POST", "/openai/v1/responses", b'{"model":"gpt-5-mini","input":"hi","stream":true}')[2]
        return [plain, stream]

    assert run() == run()


def test_a_scope_is_named_by_its_key_too(ga: Mock) -> None:
    made = ga.client().responses.create(model="gpt-4o", input="hi")
    same = ga.client(api_key=f"mock-{ga.scope}", default_headers={})
    assert same.responses.retrieve(made.id).id == made.id


def test_the_journal_says_what_was_asked_and_holds_no_secret(ga: Mock) -> None:
    ga.rule(name="greeting", say="hello")
    key = "s3cr" + "et" * 8
    ga.client(api_key=key).responses.create(model="gpt-4o", input="hi")
    entry = ga.journal()[-1]
    wanted = {"method", "path", "query", "headers", "body", "status", "response_id", "rule", "faults", "at"}
    assert wanted <= set(entry)
    assert (entry["rule"], entry["status"], entry["body"]["input"]) == ("greeting", 200, "hi")
    assert key not in json.dumps(ga.journal())


def test_a_rules_file_is_read_at_start_and_again_when_it_changes(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- say: from the file\n")
    server = start("--store", "memory", "--profile", "ga", "--rules", str(rules), "--quiet")
    mock = Mock(server.url, "default")
    client = mock.client()
    assert client.responses.create(model="gpt-4o", input="hi").output_text == "from the file"
    rules.write_text("- say: from the changed file\n")
    for _ in range(40):
        if client.responses.create(model="gpt-4o", input="hi").output_text == "from the changed file":
            break
        client.responses.with_raw_response.create(model="gpt-4o", input="hi", extra_headers={"x-mock-fault": "noop"})
        time.sleep(0.05)
    else:
        raise AssertionError("the changed file was not read")
    mock.close()
    assert stop(server) == 0


def test_a_defective_rules_file_ends_the_start_with_file_and_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- say: fine\n- when: {modle: gpt-4o}\n  say: x\n")
    with pytest.raises(AssertionError, match=r"rules\.yaml:2"):
        start("--store", "memory", "--rules", str(rules), "--quiet")


def test_background_runs_are_queued_then_in_progress_then_done_on_the_scope_s_clock(ga: Mock) -> None:
    ga.control("POST", "/clock", {"freeze": True})
    client = ga.client()
    made = client.responses.create(model="gpt-4o", input="hi", background=True)
    assert (made.status, made.output, made.usage) == ("queued", [], None)
    ga.advance("60ms")
    assert client.responses.retrieve(made.id).status == "in_progress"
    ga.advance("1s")
    assert client.responses.retrieve(made.id).status == "completed"
    assert client.responses.cancel(made.id).status == "completed", "cancelling is idempotent"
    other = client.responses.create(model="gpt-4o", input="hi", background=True)
    assert client.responses.cancel(other.id).status == "cancelled"
    ga.advance("1s")
    gone = client.responses.retrieve(other.id)
    assert (gone.status, gone.output, gone.usage) == ("cancelled", [], None)
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-4o", input="hi", background=True, store=False)
