"""A cassette's rules answer as the cassette does, and what they cannot do is named."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.cassettes import call, exchange, response, write

from azure_openai_mock.behaviour import script
from azure_openai_mock.behaviour.book import Book
from azure_openai_mock.behaviour.recorded import recordings
from azure_openai_mock.behaviour.recorded.recordings import Recordings
from azure_openai_mock.behaviour.recorded.rules import as_json, as_yaml, rules_of
from azure_openai_mock.world import World

REPOSITORY = sorted((Path(__file__).parents[3] / "cassettes").rglob("*.yaml"))


def asked(text: Any, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "input": text, **more}


def load(path: Path, *interactions: dict[str, Any]) -> Recordings:
    return recordings.load([write(path / "chat.yaml", *interactions)])


def replayed(read: Recordings, text: str, name: str = "rules.yaml") -> list[tuple[Any, Any, Any]]:
    """What a server with these rules would say, end and break, question after question."""
    book = Book(script.parse(text.encode(), name))
    dice = World.fixed().dice
    decided = [asyncio.run(book.decide(one.question, dice)) for one in read.all]
    return [(one.say or [], one.outcome, one.faults) for one in decided]


def recorded(read: Recordings) -> list[tuple[Any, Any, Any]]:
    return [(one.rule.says(0) or [], one.rule.outcome, one.rule.faults) for one in read.all]


@pytest.mark.parametrize("path", REPOSITORY, ids=lambda path: path.stem)
def test_the_repositorys_cassettes_are_answered_the_same_by_their_rules(path: Path) -> None:
    read = recordings.load([path])
    rules, problems = rules_of(read.all)
    if not problems:
        assert replayed(read, as_yaml(rules)) == recorded(read)
        assert replayed(read, as_json(rules), "rules.json") == recorded(read)


SCENES: dict[str, list[dict[str, Any]]] = {
    "two questions": [exchange(asked("a"), response("r1", "A")), exchange(asked("b"), response("r2", "B"))],
    "the same question twice": [exchange(asked("a"), response("r1", "A")), exchange(asked("a"), response("r2", "B"))],
    "a retry": [
        *(exchange(asked("a"), {"error": {"code": "429"}}, status=429) for _ in range(2)),
        exchange(asked("a"), response("r1", "A")),
        exchange(asked("a"), response("r2", "B")),
    ],
    "other instructions": [
        exchange(asked("a", instructions="be brief"), response("r1", "A")),
        exchange(asked("a", instructions="be long"), response("r2", "B")),
        exchange(asked("a"), response("r3", "C")),
    ],
    "other tools": [
        exchange(asked("a", tools=[{"type": "web_search"}]), response("r1", "A")),
        exchange(asked("a"), response("r2", "B")),
    ],
    "other parents": [
        exchange(asked("a"), response("r1", "yes")),
        exchange(asked("b"), response("r2", "no")),
        exchange(asked("why?", previous_response_id="r1"), response("r3", "because")),
        exchange(asked("why?", previous_response_id="r2"), response("r4", "not")),
    ],
    "other depths": [
        exchange(asked("and?"), response("r1", "one")),
        exchange(asked("and?", previous_response_id="r1"), response("r2", "two")),
        exchange(asked("and?", previous_response_id="r2"), response("r3", "three")),
    ],
    "a tool loop": [
        exchange(asked("weather?"), response("r1", call("f", "c1", city="Oslo"))),
        exchange(
            asked([{"type": "function_call_output", "call_id": "c1", "output": "17"}], previous_response_id="r1"), response("r2", "mild")
        ),
    ],
    "a chat": [
        exchange(
            {"messages": [{"role": "user", "content": "a"}]},
            {"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "A"}}]},
            path="/openai/deployments/d/chat/completions",
        )
    ],
}


@pytest.mark.parametrize("scene", SCENES)
def test_rules_answer_as_the_recording_does(scene: str, tmp_path: Path) -> None:
    read = load(tmp_path, *SCENES[scene])
    rules, problems = rules_of(read.all)
    assert problems == []
    assert replayed(read, as_yaml(rules)) == recorded(read)


def test_a_rule_says_no_more_than_it_must(tmp_path: Path) -> None:
    rules, _ = rules_of(load(tmp_path, *SCENES["a retry"]).all)
    fault = {"answer": {"status": 429, "body": {"error": {"code": "429"}}, "headers": {"content-type": "application/json"}}}
    when = {"model": "gpt-4o", "input": "a"}
    assert rules == [
        {"name": "chat.yaml#4", "when": when, "say": "B"},
        {"name": "chat.yaml#3", "when": when, "say": "A", "times": 1},
        {"name": "chat.yaml#1", "when": when, "say": [], "fault": [fault], "times": 2},
    ]


def test_what_rules_cannot_do_is_named(tmp_path: Path) -> None:
    late = load(tmp_path, exchange(asked("a"), response("r1", "A")), exchange(asked("a"), {"error": {}}, status=500))
    assert rules_of(late.all)[1] == [("chat.yaml#2", "goes wrong only after chat.yaml#1: a rule's fault strikes the first time")]
    parts = [[{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": f"https://example.com/{name}"}] for name in "xy"]
    unlike = load(
        tmp_path, *(exchange(asked([{"role": "user", "content": one}]), response(f"r{n}", f"{n}")) for n, one in enumerate(parts))
    )
    rules, problems = rules_of(unlike.all)
    assert problems == [("chat.yaml#2", "rules cannot tell its question from chat.yaml#1: they answer in the recorded order")]
    assert [rule["say"] for rule in rules] == ["1", "0"]


def test_chats_that_rules_cannot_tell_apart_are_named_too(tmp_path: Path) -> None:
    def chat(system: str, said: str) -> dict[str, Any]:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": "a"}]
        answered = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": said}}]}
        return exchange({"messages": messages, "model": "m"}, answered, path="/openai/v1/chat/completions")

    rules, problems = rules_of(load(tmp_path, chat("be brief", "A"), chat("be long", "B")).all)
    assert [name for name, _ in problems] == ["chat.yaml#2"]
    rules, problems = rules_of(load(tmp_path, chat("be brief", "A"), chat("be long", "A")).all)
    assert (len(rules), problems) == (1, [])


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), max_size=9))
def test_texts_are_texts_again(text: str, key: str) -> None:
    written = as_yaml([{"say": text or "x", "when": {"metadata": {key: text}}}])
    located = script._yaml(written, "rules.yaml")
    assert located.data == [{"say": text or "x", "when": {"metadata": {key: text}}}]


@pytest.mark.parametrize(
    "text", ["1e5", "no", "on", "~", "null", "0x1F", "2024-10-21", "1_000", ".5", "=", "<<", "true", "a: b", "# c", "é"]
)
def test_what_looks_like_something_else_stays_a_text(text: str) -> None:
    [rule] = script.parse(as_yaml([{"say": text}]).encode(), "rules.yaml")
    assert rule.given["say"] == text


def test_remarks_are_comments(tmp_path: Path) -> None:
    text = as_yaml([{"say": "x"}], ["from here", "a: [b"])
    assert yaml.safe_load(text) == [{"say": "x"}]
    assert text.startswith("# from here\n# a: [b\n")
    assert json.loads(as_json([{"say": "x"}])) == [{"say": "x"}]
