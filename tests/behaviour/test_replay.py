"""A replay answers what was asked as it was recorded, and refuses the rest with what came closest."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.cassettes import call, events, exchange, message, response, write

from azure_openai_mock.behaviour.book import NOTHING, Decision
from azure_openai_mock.behaviour.recorded.asked import CHAT, RESPONSES
from azure_openai_mock.behaviour.replay import Asking, Replay, around, load
from azure_openai_mock.engine.turn import Pace
from azure_openai_mock.faults import read_one
from azure_openai_mock.wire.refusal import Refusal


def asked(text: Any, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "input": text, **more}


class Player:
    """A replay of these interactions, with its counts."""

    def __init__(self, path: Path, *interactions: dict[str, Any], pace: bool = False, **provenance: str) -> None:
        self.replay: Replay = load([write(path / "chat.yaml", *interactions, **provenance)], pace=pace)
        self.used: Counter[str] = Counter()

    async def _spend(self, ident: str, times: int | None) -> int:
        self.used[ident] += 1
        return self.used[ident] - 1

    def decide(self, body: dict[str, Any], *, before: Any = (), operation: str = RESPONSES) -> Decision:
        return asyncio.run(self.replay.decide(Asking(operation, body, body.get("model", ""), before), self._spend))

    def says(self, body: dict[str, Any], *, before: Any = ()) -> str:
        [item] = self.decide(body, before=before).say or []
        return str(item["content"][0]["text"])

    def hint(self, body: dict[str, Any], *, before: Any = ()) -> str:
        with pytest.raises(Refusal) as refused:
            self.decide(body, before=before)
        return str(refused.value.hint)


def test_what_was_asked_is_answered_however_often(tmp_path: Path) -> None:
    player = Player(tmp_path, exchange(asked("hi"), response("r1", "Hello")), exchange(asked("bye"), response("r2", "Farewell")))
    assert [player.says(asked(text)) for text in ("bye", "hi", "hi")] == ["Farewell", "Hello", "Hello"]


def test_what_was_asked_twice_tells_one_answer_after_the_other_and_stays_with_the_last(tmp_path: Path) -> None:
    player = Player(tmp_path, *(exchange(asked("hi"), response(f"r{text}", text)) for text in ("one", "two")))
    assert [player.says(asked("hi")) for _ in range(3)] == ["one", "two", "two"]


def test_a_retry_that_was_recorded_is_played_as_one(tmp_path: Path) -> None:
    player = Player(tmp_path, exchange(asked("hi"), {"error": {"code": "429"}}, status=429), exchange(asked("hi"), response("r1", "Hello")))
    first = player.decide(asked("hi"))
    assert (first.say, [setup.NAME for setup in first.faults]) == (None, ["answer"])
    assert player.says(asked("hi")) == "Hello"


def test_the_same_question_after_another_answer_has_another_answer(tmp_path: Path) -> None:
    player = Player(
        tmp_path,
        exchange(asked("a?"), response("r1", "yes")),
        exchange(asked("b?"), response("r2", "no")),
        exchange(asked("why?", previous_response_id="r1"), response("r3", "because yes")),
        exchange(asked("why?", previous_response_id="r2"), response("r4", "because no")),
    )
    own = {"input": "why?", "model": "gpt-4o", "previous_response_id": "resp_of_the_server"}
    assert player.says(own, before=[message("no", "msg_of_the_server")]) == "because no"
    assert player.says(own, before=[message("yes", "msg_of_the_server")]) == "because yes"
    assert "after[0].text was 'yes', not 'maybe'" in player.hint(own, before=[message("maybe")])


def test_a_tools_output_goes_with_its_call_whatever_the_ids(tmp_path: Path) -> None:
    def output(call_id: str, text: str, parent: str) -> dict[str, Any]:
        return asked([{"type": "function_call_output", "call_id": call_id, "output": text}], previous_response_id=parent)

    player = Player(
        tmp_path,
        exchange(asked("weather?"), response("r1", call("f", "call_recorded"))),
        exchange(output("call_recorded", "17", "r1"), response("r2", "mild")),
    )
    assert player.decide(asked("weather?")).say == [{"type": "function_call", "name": "f", "arguments": "{}"}]
    assert player.says(output("call_minted", "17", "resp_minted"), before=[call("f", "call_minted")]) == "mild"


def test_a_chain_whose_beginning_was_not_recorded_fits_whatever_came_before(tmp_path: Path) -> None:
    player = Player(tmp_path, exchange(asked("why?", previous_response_id="resp_lost"), response("r1", "so")))
    assert player.says(asked("why?", previous_response_id="resp_seeded"), before=[message("anything")]) == "so"
    assert "comes closest" in player.hint(asked("why?"))


def test_a_conversation_goes_on_as_a_chain_does(tmp_path: Path) -> None:
    made = exchange({}, {"id": "conv_1", "object": "conversation"}, path="/openai/v1/conversations")
    player = Player(
        tmp_path,
        made,
        exchange(asked("hi", conversation="conv_1"), response("r1", "one")),
        exchange(asked("hi", conversation="conv_1"), response("r2", "two")),
    )
    assert player.says(asked("hi", conversation="conv_2"), before=[message("one")]) == "two"
    assert player.says(asked("hi", conversation="conv_2"), before=[]) == "one"


def test_a_background_run_is_told_with_the_end_that_was_polled(tmp_path: Path) -> None:
    queued = {**response("r1"), "status": "queued"}
    polled = exchange(None, response("r1", "done"), method="GET", path="/openai/v1/responses/r1")
    player = Player(tmp_path, exchange(asked("slow", background=True), queued), polled)
    assert player.says(asked("slow", background=True)) == "done"


def test_a_stream_that_was_resumed_later_is_kept_whole_and_cut_where_it_broke_off(tmp_path: Path) -> None:
    whole = response("r1", "Hello there")
    cut = exchange(asked("slow", background=True, stream=True), events(whole, "Hello", " there")[:5], wire={"complete": False})
    resumed = exchange(
        None, events(whole, "Hello", " there")[5:], method="GET", path="/openai/v1/responses/r1?stream=true&starting_after=4"
    )
    player = Player(tmp_path, cut, resumed)
    assert player.says(asked("slow", background=True)) == "Hello there"
    assert player.decide(asked("slow", background=True)).faults == (read_one("cut", 5),)


def test_a_hint_says_what_came_closest_and_why_not(tmp_path: Path) -> None:
    player = Player(tmp_path, exchange(asked("what is the weather"), response("r1", "x")), exchange(asked("a joke"), response("r2", "y")))
    hint = player.hint(asked("what is the whether"))
    assert hint == (
        "no recording fits; chat.yaml#1 comes closest: input[0].content[0].text was 'what is the weather', not 'what is the whether'"
    )
    assert "temperature was absent, not 0.2" in player.hint(asked("a joke", temperature=0.2))
    assert "input had 1 entries, not 2" in player.hint(asked([{"role": "user", "content": "a joke"}, {"role": "user", "content": "now"}]))
    with pytest.raises(Refusal) as refused:
        player.decide({"messages": []}, operation=CHAT)
    assert refused.value.hint == "no recording of chat.completions.create was loaded"


def test_a_deployment_in_the_path_is_the_model(tmp_path: Path) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}]}
    answered = {"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hello"}}]}
    player = Player(tmp_path, exchange(body, answered, path="/openai/deployments/my%20own/chat/completions?api-version=2024-10-21"))
    found = asyncio.run(player.replay.decide(Asking(CHAT, body, "my own"), player._spend))
    assert found.rules == ("chat.yaml#1",)


def test_what_needs_no_recording_and_what_cannot_be_said_are_told_apart(tmp_path: Path) -> None:
    player = Player(
        tmp_path,
        exchange(None, {"object": "list", "data": []}, method="GET", path="/openai/v1/models"),
        exchange({"input": "x"}, {"data": []}, path="/openai/v1/embeddings"),
        exchange("no object", response("r1", "x")),
        profile="ga",
    )
    known = player.replay.recordings
    assert [name for name, _ in known.aside] == ["chat.yaml#1", "chat.yaml#2"]
    assert known.problems == (("chat.yaml#3", "its request is no JSON object"),)
    assert (known.all, known.profiles) == ((), ("ga",))


def test_what_the_service_refuses_anyway_it_refuses_in_its_own_words(tmp_path: Path) -> None:
    player = Player(tmp_path, exchange(asked("hi"), {"error": {"message": "no resp_recorded"}}, status=400))
    asking = Asking(RESPONSES, asked("hi"), "gpt-4o")
    assert asyncio.run(player.replay.decide(asking, player._spend, refused=400)).faults == ()
    assert asyncio.run(player.replay.decide(asking, player._spend, refused=404)).faults != ()
    assert asyncio.run(player.replay.decide(Asking(RESPONSES, asked("ho"), "gpt-4o"), player._spend, refused=400)) is NOTHING


def test_rules_lie_around_what_was_recorded() -> None:
    inner, outer = read_one("cut", 5), read_one("delay", "1s")
    recorded = Decision(say=[], pace=Pace(total=1), faults=(inner,), rules=("c#1",), ids=("c#1",))
    whole = around(recorded, Decision(pace=Pace(total=2), faults=(outer,), rules=("mine",), ids=("rule_1",)))
    assert (whole.pace, whole.faults, whole.rules) == (Pace(total=2), (inner, outer), ("mine", "c#1"))
