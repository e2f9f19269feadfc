"""The audit finds what is wrong with a client, and nothing with one that does what it should."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from azure_openai_contracts.audit.child import arguments_for
from azure_openai_contracts.audit.command import command
from azure_openai_contracts.audit.observe import Call, Observation
from azure_openai_contracts.audit.report import Report, as_html, as_json, as_junit
from azure_openai_contracts.audit.run import audit as run_audit
from azure_openai_contracts.audit.situations import BATTERY, ORDINARY, Choice, Situation, Usual, example_of
from azure_openai_contracts.audit.verdicts import VERDICTS, judge, spellings
from azure_openai_contracts.target import Target, started_mock

CLIENTS = "tests.contracts.clients"


@pytest.fixture(scope="module")
def mock() -> Iterator[Target]:
    with started_mock("--quiet") as target:
        yield target


@pytest.fixture
def audit(mock: Target) -> Any:
    return partial(run_audit, target=mock, jobs=6)


def kinds(report: Report, situation: str) -> set[str]:
    return {finding.kind for row in report.rows if row.situation.name == situation for finding in row.findings}


@pytest.mark.slow
@pytest.mark.timeout(400)  # some forty processes that import the SDK
def test_a_good_client_has_no_findings(audit: Any) -> None:
    report = audit(f"{CLIENTS}.good:chat", limit=40.0)
    assert not report.findings, str(report)
    assert not [row for row in report.rows if row.skipped], "it streams, chains and offers a tool: every situation fits it"
    waits = next(row for row in report.rows if row.situation.name == "429 with Retry-After")
    assert waits.seen is not None
    assert waits.seen.waits[0] >= 1.15


def test_who_ignores_retry_after_is_found(audit: Any) -> None:
    report = audit(f"{CLIENTS}.hasty:answer", only=["429 with Retry-After", "503", "prompt filtered"])
    assert kinds(report, "429 with Retry-After") == {"ignores Retry-After"}
    assert kinds(report, "503") == {"repeats at once"}
    assert kinds(report, "prompt filtered") == set()


def test_who_repeats_what_cannot_succeed_is_found(audit: Any) -> None:
    report = audit(f"{CLIENTS}.stubborn:answer", only=["429 with Retry-After", "expired token"])
    assert kinds(report, "429 with Retry-After") == set()
    assert kinds(report, "expired token") == {"repeats what cannot succeed"}


@pytest.mark.parametrize("function", ["whole_history", "both"])
def test_who_sends_stored_history_again_is_found(audit: Any, function: str) -> None:
    assert audit(f"{CLIENTS}.forgetful:{function}", only=["ordinary"]).kinds == {"sends stored history again"}


def test_who_stores_nothing_may_send_all(audit: Any) -> None:
    assert audit(f"{CLIENTS}.forgetful:stateless", only=["ordinary"]).kinds == set()


def test_who_takes_a_part_for_the_whole_is_found(audit: Any) -> None:
    broken = ["cut", "reset", "no last event", "error in the stream", "incomplete", "failed"]
    report = audit(f"{CLIENTS}.credulous:answer", only=[*broken, "CR LF"])
    for name in broken:
        assert kinds(report, name) == {"takes a part for the whole"}, str(report)
    assert kinds(report, "CR LF") == set()


def test_who_leaks_the_key_is_found_and_the_report_does_not(audit: Any) -> None:
    for function, place in (("answer", "log (logger talkative)"), ("encoded", "stdout, in base64")):
        report = audit(f"{CLIENTS}.talkative:{function}", only=["ordinary"])
        assert report.kinds == {"leaks a secret"}
        assert place in str(report)
        seen = report.rows[0].seen
        assert seen is not None
        for text in (str(report), as_json(report), as_junit(report), as_html(report), repr(report)):
            assert not [spelt for spelt in spellings(seen.secret).values() if spelt in text]


def test_who_loops_on_tools_for_ever_is_stopped(audit: Any) -> None:
    report = audit(f"{CLIENTS}.endless:answer", only=["endless tools", "one tool call"])
    assert kinds(report, "endless tools") == {"goes round in circles"}
    assert kinds(report, "one tool call") == set()


def test_what_a_chat_builds_on_expires_under_it(audit: Any) -> None:
    report = audit(f"{CLIENTS}.forgetful:both", only=["expiry in the middle of a chat"])
    expired = report.rows[1].seen
    assert expired is not None
    assert [call.status for call in expired.asked] == [200, 400]
    assert expired.asked[1].waited is not None
    assert expired.asked[1].waited < 10, "what the clock was moved by is no waiting"


def test_a_hang_and_a_crash_are_survived(audit: Any) -> None:
    assert kinds(audit(f"{CLIENTS}.waiting:answer", only=["silence"], limit=3.0), "silence") == {"hangs"}
    assert kinds(audit(f"{CLIENTS}.waiting:fragile", only=["firewall"]), "firewall") == {"dies"}


def test_what_does_not_fit_the_function_is_not_run_and_says_why(audit: Any) -> None:
    report = audit(f"{CLIENTS}.stubborn:answer", only=["conversation"])
    assert {row.skipped for row in report.rows[1:]} == {"it offers no tools", "it makes no second turn by previous_response_id"}


def test_a_function_that_never_works_is_run_once(audit: Any) -> None:
    report = audit("json:loads", only=["wire"], arguments={"s": "{"})
    assert report.kinds == {"does not work"}
    assert all(row.skipped for row in report.rows[1:])


def test_the_reports_tell_the_same(audit: Any) -> None:
    report = audit(f"{CLIENTS}.stubborn:answer", only=["firewall", "conversation"])
    data = json.loads(as_json(report))
    suite = ElementTree.fromstring(as_junit(report))
    assert data["findings"] == len(report.findings) == 1
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == 1
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped")) == sum("skipped" in row for row in data["situations"])
    page = as_html(report)
    assert "repeats what cannot succeed" in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_command_writes_its_reports_and_its_status_says_whether_there_were_findings(tmp_path: Path) -> None:
    files = [part for kind in ("json", "junit", "html") for part in (f"--{kind}", str(tmp_path / f"report.{kind}"))]
    command_line = [sys.executable, "-m", "azure_openai_mock", "audit", f"{CLIENTS}.forgetful:both", "--only", "ordinary", *files]
    done = subprocess.run(command_line, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "sends stored history again" in done.stdout
    assert "[1/1] ordinary: one finding" in done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["findings"] == 1
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


def test_what_cannot_be_run_is_told_with_status_2(mock: Target, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["no_colon"]) == 2
    assert command(["a.module:function", "--only", "no such situation"]) == 2
    assert command(["no.such.module:function", "--url", mock.base_url, "--quiet"]) == 2
    assert "no function 'no.such.module:function'" in capsys.readouterr().out
    assert command(["json:loads", "--url", "http://127.0.0.1:9", "--quiet"]) == 2
    assert "azure-openai-mock audit:" in capsys.readouterr().err


def test_arguments_are_given_by_name() -> None:
    def function(endpoint: str, *, api_key: str, city: str, model: str = "gpt-4o") -> None: ...

    known = {"AZURE_OPENAI_ENDPOINT": "there", "OPENAI_API_KEY": "k"}
    assert arguments_for(function, {"city": "Oslo"}, known) == {"endpoint": "there", "api_key": "k", "city": "Oslo"}
    with pytest.raises(LookupError, match="--argument city="):
        arguments_for(function, {}, known)


def test_every_situation_has_a_name_of_its_own_and_can_be_chosen_by_it() -> None:
    names = [situation.name for situation in BATTERY]
    assert len(set(names)) == len(names)
    for situation in BATTERY:
        assert situation in Choice((situation.name,)).chosen()
    with pytest.raises(LookupError):
        Choice(("nonsense",)).chosen()


@pytest.mark.parametrize("situation", BATTERY, ids=lambda situation: situation.name)
@pytest.mark.parametrize("streams", [True, False])
def test_the_mock_takes_the_rules_of_every_situation(mock: Target, situation: Situation, streams: bool) -> None:
    from azure_openai_contracts.target import Control

    control = Control(mock, f"rules-{situation.name}-{streams}".replace(" ", "-"))
    for rule in situation.rules_for(Usual(streams, True, ({"name": "f", "parameters": {}},))):
        control.call("POST", "/rules", rule)


def test_an_example_of_a_schema_is_valid() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b", "c", "d"],
        "properties": {
            "a": {"enum": ["x", "y"]},
            "b": {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 2},
            "c": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "d": {"type": "object", "required": ["e"], "properties": {"e": {"type": ["string", "null"]}, "f": {"type": "number"}}},
        },
    }
    Draft202012Validator(schema).validate(example_of(schema))


def call(at: float, status: int = 200, waited: float | None = None, **other: Any) -> Call:
    return Call("responses.create", status, at, 0.0, waited, other.pop("body", {"input": "x"}), **other)


WHOLE = {"id": "resp_1", "status": "completed", "output": [{"type": "message", "content": [{"type": "output_text", "text": "All of it."}]}]}
PART = {**WHOLE, "status": "incomplete"}
REFUSED = {**WHOLE, "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}
WAIT = Situation("wait", "", "", "cope", retry_after=1.0)
COPE = Situation("cope", "", "", "cope")
SURVIVE = Situation("survive", "", "", "survive")
KEY = "mock-audit-0123456789ab"

BITES: dict[str, tuple[Situation, Observation]] = {
    "cannot be called": (ORDINARY, Observation("unusable", 0, message="no function")),
    "does not work": (ORDINARY, Observation("raised", 0, error="ValueError")),
    "hangs": (COPE, Observation("hung", 15)),
    "dies": (COPE, Observation("died", 1, message="status -11")),
    "goes round in circles": (COPE, Observation("circled", 1)),
    "does not survive": (SURVIVE, Observation("raised", 1, (call(0, 503),), error="APIError")),
    "ignores Retry-After": (WAIT, Observation("returned", 1, (call(0, 429), call(0.2, waited=0.2)), "All of it.")),
    "repeats at once": (SURVIVE, Observation("returned", 1, (call(0, 503), call(0.01, waited=0.01)), "All of it.")),
    "asks too often": (COPE, Observation("raised", 20, tuple(call(n, 503, 1.0) for n in range(12)))),
    "repeats what cannot succeed": (COPE, Observation("raised", 2, (call(0, 401), call(1, 401, 1.0)))),
    "takes a part for the whole": (COPE, Observation("returned", 1, (call(0, stored=PART, response_id="resp_1"),), "All of")),
    "takes a refusal for an answer": (COPE, Observation("returned", 1, (call(0, stored=REFUSED),), "")),
    "sends stored history again": (
        ORDINARY,
        Observation(
            "returned",
            1,
            (
                call(0, stored=WHOLE, response_id="resp_1"),
                call(1, body={"previous_response_id": "resp_1", "input": [{"role": "user", "content": "x"}]}, stored=WHOLE),
            ),
            "All of it.",
        ),
    ),
    "leaks a secret": (
        ORDINARY,
        Observation(
            "returned", 1, (call(0, stored=WHOLE),), "All of it.", secret=KEY, said={"log": base64.b64encode(KEY.encode()).decode()}
        ),
    ),
}


@pytest.mark.parametrize("kind", VERDICTS)
def test_every_verdict_bites_and_no_other_does(kind: str) -> None:
    situation, seen = BITES[kind]
    assert [finding.kind for finding in judge(situation, seen)] == [kind]


def test_what_is_asked_again_after_a_break_or_fetched_is_whole() -> None:
    broken = call(0, faults=("cut",), stored=WHOLE, response_id="resp_1")
    fetched = Call("responses.retrieve", 200, 1, 0, 1.0, {}, "/openai/v1/responses/resp_1")
    assert judge(COPE, Observation("returned", 1, (broken, call(1, stored=WHOLE, waited=1.0)), "All of it.")) == []
    assert judge(COPE, Observation("returned", 1, (broken, fetched), "All of it.")) == []
    assert judge(COPE, Observation("returned", 1, (broken,), "Sorry, try later.")) == []
    assert judge(COPE, Observation("raised", 1, (broken,))) == []
