"""Conversations, compaction and counting, through the real client."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from .conftest import Mock

pytestmark = pytest.mark.everywhere

ALICE: Any = [{"type": "message", "role": "user", "content": "My name is Alice."}]


def test_a_response_in_a_conversation_is_given_its_items_and_adds_its_own(ga: Mock) -> None:
    client = ga.client()
    held = client.conversations.create(items=ALICE, metadata={"a": "b"})
    first = client.responses.create(model="gpt-4o", input="Who am I?", conversation=held.id)
    assert first.conversation is not None
    assert first.conversation.id == held.id
    assert "Alice" in first.output_text
    kinds = [(item.type, getattr(item, "role", None)) for item in client.conversations.items.list(held.id, order="asc")]
    assert kinds == [("message", "user"), ("message", "user"), ("message", "assistant")]
    alone = client.responses.create(model="gpt-4o", input="Who am I?")
    assert first.usage is not None
    assert alone.usage is not None
    assert first.usage.input_tokens > alone.usage.input_tokens


def test_a_conversation_is_retrieved_updated_and_deleted(ga: Mock) -> None:
    client = ga.client()
    held = client.conversations.create()
    assert held.id.startswith("conv_")
    assert len(held.id) == 5 + 48
    assert client.conversations.update(held.id, metadata={"k": "v"}).metadata == {"k": "v"}
    assert client.conversations.retrieve(held.id).metadata == {"k": "v"}
    assert client.conversations.delete(held.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(held.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="gpt-4o", input="x", conversation=held.id)


def test_items_are_added_retrieved_and_deleted(ga: Mock) -> None:
    client = ga.client()
    held = client.conversations.create()
    added = client.conversations.items.create(held.id, items=ALICE)
    item = added.data[0]
    assert client.conversations.items.retrieve(item.id or "", conversation_id=held.id) == item
    client.conversations.items.delete(item.id or "", conversation_id=held.id)
    assert list(client.conversations.items.list(held.id)) == []
    with pytest.raises(openai.BadRequestError):
        client.conversations.items.create(held.id, items=ALICE * 21)


def test_a_conversation_and_a_parent_exclude_each_other(ga: Mock) -> None:
    client = ga.client()
    held, parent = client.conversations.create(), client.responses.create(model="gpt-4o", input="hi")
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model="gpt-4o", input="x", conversation=held.id, previous_response_id=parent.id)


def test_in_preview_there_are_no_conversations(preview: Mock) -> None:
    with pytest.raises(openai.NotFoundError):
        preview.azure().conversations.create()


def test_compaction_keeps_the_user_s_messages_and_one_opaque_item(ga: Mock) -> None:
    client = ga.client()
    made = client.responses.compact(model="gpt-4o", input=[{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}])
    assert made.object == "response.compaction"
    assert [item.type for item in made.output] == ["message", "compaction"]
    again = client.responses.create(model="gpt-4o", input=[*[item.to_dict(warnings=False) for item in made.output], *ALICE])  # type: ignore[list-item]
    assert again.output_text


def test_counting_is_what_a_create_is_charged(ga: Mock) -> None:
    client = ga.client()
    counted = client.responses.input_tokens.count(model="gpt-4o", input="hello there").input_tokens
    made = client.responses.create(model="gpt-4o", input="hello there")
    assert made.usage is not None
    assert counted == made.usage.input_tokens


def test_a_context_beyond_the_window_is_refused_unless_it_may_be_truncated(ga: Mock) -> None:
    client = ga.client()
    big = "word " * 70_000
    first = client.responses.create(model="gpt-4o", input=big)
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="gpt-4o", input=big, previous_response_id=first.id)
    assert refused.value.code == "context_length_exceeded"
    assert client.responses.create(model="gpt-4o", input=big, previous_response_id=first.id, truncation="auto").status == "completed"
