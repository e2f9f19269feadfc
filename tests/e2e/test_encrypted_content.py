"""Reasoning that one resource encrypted is refused by every other."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from .conftest import Mock, Server

_COUNT = itertools.count()
INCLUDE: Any = ["reasoning.encrypted_content"]


@pytest.fixture
def other(server: Server) -> Iterator[Mock]:
    """Another scope: another resource."""
    mock = Mock(server.url, f"other-{next(_COUNT)}-{os.getpid()}")
    mock.control("PUT", "/settings", {"profile": "ga"})
    yield mock
    mock.close()


def history(client: OpenAI, *, stream: bool = False) -> list[Any]:
    """A stateless turn, as clients send it back."""
    given: dict[str, Any] = {"model": "gpt-5-mini", "input": "think", "store": False, "include": INCLUDE}
    if stream:
        done = [event for event in client.responses.create(stream=True, **given) if event.type == "response.completed"]
        made = done[0].response
    else:
        made = client.responses.create(**given)
    items = [item.to_dict() for item in made.output]
    assert [item["type"] for item in items] == ["reasoning", "message"]
    return [{"role": "user", "content": "think"}, *items, {"role": "user", "content": "go on"}]


def ask(client: OpenAI, items: list[Any]) -> str:
    return client.responses.create(model="gpt-5-mini", input=items, store=False).output_text


@pytest.mark.parametrize("stream", [False, True])
def test_the_resource_that_made_it_reads_it(ga: Mock, *, stream: bool) -> None:
    assert ask(ga.client(), history(ga.client(), stream=stream))


def test_another_scope_refuses_it(ga: Mock, other: Mock) -> None:
    items = history(ga.client())
    with pytest.raises(openai.BadRequestError) as refused:
        ask(other.client(), items)
    assert (refused.value.code, refused.value.param) == ("invalid_encrypted_content", None)
    assert items[1]["id"] in refused.value.message
    assert "another resource" in refused.value.response.headers["x-mock-hint"]


def test_another_region_and_another_host_refuse_it(ga: Mock) -> None:
    items = history(ga.client())
    with pytest.raises(openai.BadRequestError, match="could not be verified"):
        ask(ga.client(default_headers={**ga.headers, "host": "second.openai.azure.com"}), items)
    ga.control("PUT", "/settings", {"region": "swedencentral"})
    with pytest.raises(openai.BadRequestError, match="could not be verified"):
        ask(ga.client(), items)
    ga.control("PUT", "/settings", {"region": None})
    assert ask(ga.client(), items)


def test_a_resource_has_several_names(ga: Mock) -> None:
    first = ga.client(default_headers={**ga.headers, "host": "first.openai.azure.com"})
    same = ga.client(default_headers={**ga.headers, "host": "first.services.ai.azure.com"})
    assert ask(same, history(first))


def test_what_azure_itself_encrypted_is_opaque_and_taken(ga: Mock) -> None:
    items = history(ga.client())
    items[1]["encrypted_content"] = "gAAAAABo" + "x" * 300
    assert ask(ga.client(), items)


def test_a_stored_response_is_read_back_as_it_was_told(ga: Mock, other: Mock) -> None:
    client = ga.client()
    made = client.responses.create(model="gpt-5-mini", input="think", include=INCLUDE)
    again = client.responses.retrieve(made.id, include=INCLUDE)
    assert again.output == made.output
    sent = [item.to_dict() for item in again.output]
    assert client.responses.create(model="gpt-5-mini", input=[*sent, {"role": "user", "content": "on"}]).output_text  # type: ignore[arg-type]
    with pytest.raises(openai.BadRequestError):
        other.client().responses.create(model="gpt-5-mini", input=[*sent, {"role": "user", "content": "on"}])  # type: ignore[arg-type]


def test_a_compaction_is_for_its_resource_too(ga: Mock, other: Mock) -> None:
    compacted = ga.client().responses.compact(model="gpt-5-mini", input=[{"role": "user", "content": "a long story"}])
    items: Any = [item.to_dict(warnings=False) for item in compacted.output]
    assert ask(ga.client(), [*items, {"role": "user", "content": "on"}])
    with pytest.raises(openai.BadRequestError, match="could not be verified"):
        ask(other.client(), [*items, {"role": "user", "content": "on"}])
