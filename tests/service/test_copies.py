"""Snapshots, restores and forks of a scope, through the control API of a real server; and responses that are exported and given back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import NotFoundError

from azure_openai_mock.remote import Failed, Remote
from azure_openai_mock.testing import Mock, MockServer


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    url = "memory" if request.param == "memory" else f"sqlite:///{tmp_path_factory.mktemp('kept') / 's.sqlite3'}"
    running = MockServer(profile="ga", store=url).start()
    yield running
    running.stop()


@pytest.fixture
def mock(server: MockServer) -> Iterator[Mock]:
    handle = server.scope()
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


def test_what_is_exported_can_be_given_back_with_its_chain(mock: Mock, server: MockServer) -> None:
    ids = chain(mock, 2)
    exported = Remote(mock.url, mock.scope).ask("GET", "responses")
    assert [each["response"]["id"] for each in exported["data"]] == ids
    assert exported["after"] is None
    other = server.scope()
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
