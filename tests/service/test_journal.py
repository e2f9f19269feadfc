"""What the journal shows and keeps."""

from __future__ import annotations

import pytest

from azure_openai_mock.service import journal
from azure_openai_mock.service.journal import BODY, BYTES, KEEP, SMALL, Entry, Journal
from azure_openai_mock.service.recording import Recording


def test_a_body_that_nests_too_deep_is_told_by_its_size() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    assert Entry(deep, {}).shown()["body"] == {"too_deep_bytes": len(deep)}


def test_a_body_that_is_too_long_is_told_by_its_size() -> None:
    assert Entry(b"1" * (BODY + 1), {}).shown() == {"body": None, "body_bytes": BODY + 1}
    assert Entry(b"123", {}).shown(most=2) == {"body": None, "body_bytes": 3}


def test_the_oldest_entries_go_first() -> None:
    kept = Journal()
    for number in range(KEEP + 5):
        kept.add(Entry(b"", {"id": str(number)}))
    assert len(kept.shown()) == KEEP
    assert kept.shown()[0]["id"] == "5"
    assert kept.find("4") is None
    assert kept.since(0, 1)[0].id == "5"


def test_bodies_of_the_oldest_entries_go_before_the_entries() -> None:
    kept = Journal()
    number = BYTES // BODY + 3
    for _ in range(number):
        kept.add(Entry(b'"' + b"x" * (BODY - 2) + b'"', {}))
    bodies = [entry["body"] is not None for entry in kept.shown()]
    assert bodies == [False] * 3 + [True] * (number - 3)
    assert kept.shown()[0]["body_bytes"] == BODY


def test_what_an_answer_weighs_counts_when_it_has_left() -> None:
    kept, entries = Journal(), []
    for _ in range(BYTES // BODY // 2 + 1):
        recording = Recording()
        entries.append(Entry(b" " * BODY, {}, recording))
        kept.add(entries[-1])
        recording.add(0.0, b"x" * BODY)
    for entry in entries:
        kept.finish(entry)
    assert [entry.body is None for entry in entries] == [True, *[False] * (len(entries) - 1)]
    assert entries[0].recording is not None
    assert (entries[0].recording.size, entries[0].recording.kept) == (BODY, 0)


def test_of_a_body_that_was_let_go_the_gist_stays() -> None:
    body = b'{"input": [{"role": "user", "content": "what?"}]}' + b" " * SMALL
    entry = Entry(body, {})
    entry.lighten()
    assert entry.shown() == {"body": None, "body_bytes": len(body), "asked": "what?", "sent": None}


def test_a_small_body_stays_as_long_as_its_entry() -> None:
    entry = Entry(b'{"input":"what?"}', {})
    entry.lighten()
    assert entry.shown() == {"body": {"input": "what?"}}


def test_an_answer_that_was_let_go_while_it_left_is_only_counted_from_then_on() -> None:
    recording = Recording()
    entry = Entry(b"", {}, recording)
    recording.add(0.0, b"before")
    assert entry.weigh() == 6
    assert entry.lighten() == 6
    recording.add(1.0, b"after")
    assert (recording.size, recording.kept, entry.weigh()) == (11, 0, 0)


def test_who_asks_for_what_is_new_hears_each_entry_when_it_begins_and_when_it_has_ended() -> None:
    kept = Journal()
    first, second = Entry(b"", {"id": "a"}), Entry(b"", {"id": "b"})
    kept.add(first)
    kept.add(second)
    assert [entry.id for entry in kept.since(0, 10)] == ["a", "b"]
    assert kept.since(2, 10) == []
    kept.finish(first)
    assert [entry.id for entry in kept.since(2, 10)] == ["a"]
    assert [entry.id for entry in kept.since(0, 1)] == ["b"], "by when they changed, so that a page leaves nothing out"


def test_an_entry_that_was_forgotten_may_still_end() -> None:
    kept = Journal()
    entry = Entry(b"", {})
    kept.add(entry)
    mark = kept.mark
    kept.clear()
    kept.finish(entry)
    assert kept.shown() == []
    assert kept.mark != mark


@pytest.mark.parametrize("key", ["authorization", "api_key", "access_token"])
def test_the_values_of_credential_keys_are_hidden(key: str) -> None:
    assert journal.safe({"tools": [{key: "s", "headers": {"x": "s"}}]}) == {"tools": [{key: "<hidden>", "headers": {"x": "<hidden>"}}]}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ""),
        ("api-version=preview&limit=2", "api-version=preview&limit=2"),
        ("sig=abc%2Fdef&se=1", "sig=<hidden>&se=1"),
        ("API-KEY=x&code=y&token", "API-KEY=<hidden>&code=<hidden>&token"),
        ("a=1&access%5Ftoken=x=y", "a=1&access%5Ftoken=<hidden>"),
    ],
)
def test_a_query_is_kept_without_the_values_of_its_credentials(query: str, shown: str) -> None:
    assert journal.safe_query(query) == shown
