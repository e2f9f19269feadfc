"""Snapshots, restores and forks of a scope, through the control API of a real server; and responses that are exported and given back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import NotFoundError
from tests.e2e.process import running

from azure_openai_mock.remote import Failed, Remote
from azure_openai_mock.testing import Mock, MockServer, unused_name


@pytest.fixture(scope="module", params=["memory", "sqlite", "two processes"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = "memory" if request.param == "memory" else f"sqlite:///{tmp_path_factory.mktemp('kept') / 's.sqlite3'}"
    if request.param == "two processes":
        with running("--profile", "ga", "--store", store, "--workers", "2") as started:
            yield started.url
        return
    alone = MockServer(profile="ga", store=store).start()
    yield alone.url
    alone.stop()


@pytest.fixture
def mock(server: str) -> Iterator[Mock]:
    handle = Mock(server, unused_name())
    yield handle
    handle.close()


def chain(mock: Mock, turns: int) -> list[str]:
    client, ids = mock.client(), list[str]()
    for number in range(turns):
        made = client.responses.create(model="gpt-4o", input=f"turn {number}", previous_response_id=ids[-1] if ids else None)
        ids.append(made.id)
    return ids


def test_a_restored_scope_is_as_it_was(mock: Mock) -> None:
    first, second = chain(mock, 2)
    client = mock.client()
    client.responses.delete(first)  # its descendant keeps its words
    mock.change(region="westeurope")
    mock.say("kept", when={"model": "gpt-4o"})
    mock.clock.freeze()
    before = (client.responses.retrieve(second).to_dict(), mock.settings(), mock.clock.now, len(list(mock.rules)))
    mock.snapshot("before")
    later = client.responses.create(model="gpt-4o", input="later").id
    mock.clock.advance("31d")
    mock.rules.clear()
    mock.change(region="eastus2")
    mock.restore("before")
    assert (client.responses.retrieve(second).to_dict(), mock.settings(), mock.clock.now, len(list(mock.rules))) == before
    for gone in (first, later):
        with pytest.raises(NotFoundError):
            client.responses.retrieve(gone)
    third = client.responses.create(model="gpt-4o", input="on", previous_response_id=second)
    assert third.output_text == "kept"
    assert third.usage is not None
    assert third.usage.input_tokens > 10, "what was said before the deleted turn counts still"


def said(mock: Mock) -> str:
    return mock.client().responses.create(model="gpt-4o", input="hi").output_text


def test_a_restored_scope_has_as_many_uses_of_its_rules_left_as_it_had(mock: Mock) -> None:
    mock.say("twice", times=2)
    mock.say([["first"], ["second"]])
    assert said(mock) == "first"
    mock.snapshot("begun")
    for _ in range(2):
        assert [said(mock) for _ in range(3)] == ["second", "twice", "twice"]
        mock.say("added later", times=1)
        assert said(mock) == "added later"
        mock.restore("begun")
        assert [rule["used"] for rule in mock.rules] == [0, 1]


def test_a_whole_fork_has_as_many_uses_left_one_of_a_turn_begins_anew(mock: Mock) -> None:
    mock.say("once", times=1)
    (made,) = chain(mock, 1)
    whole, turn = mock.fork(), mock.fork(made)
    assert said(whole) != "once"
    assert said(turn) == "once"
    whole.close()
    turn.close()


def test_a_snapshot_can_be_restored_again_and_again(mock: Mock) -> None:
    [kept] = chain(mock, 1)
    mock.snapshot()
    for _ in range(3):
        mock.client().responses.delete(kept)
        mock.restore()
        assert mock.client().responses.retrieve(kept).id == kept


def test_a_fork_holds_one_turn_and_what_led_to_it(mock: Mock) -> None:
    ids = chain(mock, 3)
    fork = mock.fork(ids[1])
    client = fork.client()
    assert [client.responses.retrieve(each).id for each in ids[:2]] == ids[:2]
    with pytest.raises(NotFoundError):
        client.responses.retrieve(ids[2])
    other = client.responses.create(model="gpt-4o", input="another way", previous_response_id=ids[1])
    with pytest.raises(NotFoundError):
        mock.client().responses.retrieve(other.id)
    assert fork.settings() == mock.settings()
    fork.close()


def test_what_cannot_be_copied_is_said(mock: Mock) -> None:
    with pytest.raises(Failed, match="no snapshot 'never'"):
        mock.restore("never")
    with pytest.raises(Failed, match="no response has the id 'resp_none'"):
        mock.fork("resp_none")
    with pytest.raises(Failed, match="the body is"):
        Remote(mock.url, mock.scope).ask("POST", "snapshot", {"nam": "x"})


def test_what_is_exported_can_be_given_back_with_its_chain(mock: Mock, server: str) -> None:
    ids = chain(mock, 2)
    exported = Remote(mock.url, mock.scope).ask("GET", "responses")
    assert [each["response"]["id"] for each in exported["data"]] == ids
    assert exported["after"] is None
    other = Mock(server, unused_name())
    for each in exported["data"]:
        assert other.seed(each["response"], each["input"])
    kept, client = mock.client(), other.client()
    for ident in ids:
        assert client.responses.retrieve(ident).to_dict() == kept.responses.retrieve(ident).to_dict()
        assert client.responses.input_items.list(ident).to_dict() == kept.responses.input_items.list(ident).to_dict()
    alone = client.responses.create(model="gpt-4o", input="on").usage
    after = client.responses.create(model="gpt-4o", input="on", previous_response_id=ids[-1]).usage
    assert alone is not None
    assert after is not None
    assert after.input_tokens > alone.input_tokens + 30, "both turns count"
    other.close()


def test_only_what_expires_soon_is_exported(mock: Mock) -> None:
    chain(mock, 1)
    mock.clock.advance("28d")
    chain(mock, 1)
    ask = Remote(mock.url, mock.scope).ask
    assert len(ask("GET", "responses?expiring_within=3d")["data"]) == 1
    assert len(ask("GET", "responses")["data"]) == 2
    with pytest.raises(Failed, match="expiring_within"):
        ask("GET", "responses?expiring_within=soon")
