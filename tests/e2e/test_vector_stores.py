"""Vector stores and `file_search` through the real client, over a socket."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from ..search.pdf import pdf
from .conftest import Mock
from .test_files import DAY, client_of, put

FACTS = {
    "paris.txt": b"Paris is the capital of France. The Eiffel Tower stands there.",
    "pasta.md": b"# Cooking\n\nBoil the pasta for nine minutes. Salt the water first.",
    "rocket.txt": b"The rocket needs forty tonnes of liquid oxygen.",
}


def filled(client: OpenAI, **options: Any) -> tuple[Any, dict[str, str]]:
    ids = {name: put(client, name, data).id for name, data in FACTS.items()}
    store = client.vector_stores.create(name="facts", file_ids=list(ids.values()), **options)
    return store, ids


def speaking(mock: Mock) -> OpenAI:
    """A client that takes answers of an earlier month than its own."""
    return mock.client(default_query={"api-version": "preview"})


def names(found: Any) -> list[str]:
    return [hit.filename for hit in found.data]


def test_a_store_is_made_shown_changed_listed_and_deleted(mock: Mock) -> None:
    client = client_of(mock)
    store, ids = filled(client, metadata={"team": "blue"})
    assert (store.status, store.file_counts.in_progress, store.file_counts.total) == ("in_progress", 3, 3)
    done = client.vector_stores.retrieve(store.id)
    assert (done.status, done.file_counts.completed, done.metadata) == ("completed", 3, {"team": "blue"})
    assert done.usage_bytes > 0
    changed = client.vector_stores.update(store.id, name="renamed", metadata={})
    assert (changed.name, changed.metadata) == ("renamed", {})
    other = client.vector_stores.create()
    assert [one.id for one in client.vector_stores.list()] == [other.id, store.id]
    assert client.vector_stores.delete(store.id).deleted is True
    with pytest.raises(openai.NotFoundError, match="Vector store with id"):
        client.vector_stores.retrieve(store.id)
    assert client.files.retrieve(ids["paris.txt"]).filename == "paris.txt"


def test_files_join_and_leave_a_store(mock: Mock) -> None:
    client = client_of(mock)
    store, ids = filled(client)
    static: Any = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 100}}
    new = client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id,
        file=("tea.txt", b"Tea is brewed at four o'clock."),
        attributes={"kind": "drink"},
        chunking_strategy=static,
    )
    assert (new.status, new.attributes) == ("completed", {"kind": "drink"})
    assert new.chunking_strategy == openai.types.StaticFileChunkingStrategyObject.model_validate(static)
    assert {file.id for file in client.vector_stores.files.list(store.id, filter="completed")} == {new.id, *ids.values()}
    text = client.vector_stores.files.content(new.id, vector_store_id=store.id)
    assert [part.text for part in text] == ["Tea is brewed at four o'clock."]
    changed = client.vector_stores.files.update(new.id, vector_store_id=store.id, attributes={"kind": "habit", "year": 2025})
    assert changed.attributes == {"kind": "habit", "year": 2025}
    assert client.vector_stores.files.delete(new.id, vector_store_id=store.id).deleted is True
    with pytest.raises(openai.NotFoundError, match="No file found with id"):
        client.vector_stores.files.retrieve(new.id, vector_store_id=store.id)
    assert names(client.vector_stores.search(store.id, query="When is tea brewed?")) == []


def test_a_batch_brings_many_files(mock: Mock) -> None:
    client = client_of(mock)
    store = client.vector_stores.create(name="batched")
    ids = [put(client, f"{number}.txt", f"Fact number {number}.".encode()).id for number in range(4)]
    batch = client.vector_stores.file_batches.create_and_poll(store.id, file_ids=ids[:2], attributes={"half": 1})
    assert (batch.status, batch.file_counts.completed, batch.file_counts.total) == ("completed", 2, 2)
    own: Any = [{"file_id": ids[2], "attributes": {"half": 2}}, {"file_id": ids[3]}]
    second = client.vector_stores.file_batches.create(store.id, files=own)
    assert second.status == "in_progress"
    listed = client.vector_stores.file_batches.list_files(second.id, vector_store_id=store.id)
    assert {file.id: file.attributes for file in listed} == {ids[2]: {"half": 2}, ids[3]: {}}
    assert client.vector_stores.file_batches.cancel(second.id, vector_store_id=store.id).status == "completed"
    with pytest.raises(openai.NotFoundError, match="File batch"):
        client.vector_stores.file_batches.retrieve("vsfb_no", vector_store_id=store.id)


def test_search_ranks_filters_and_limits(mock: Mock) -> None:
    client = client_of(mock)
    store, ids = filled(client)
    client.vector_stores.files.update(ids["pasta.md"], vector_store_id=store.id, attributes={"kind": "food"})
    assert names(client.vector_stores.search(store.id, query="How long must pasta boil?"))[0] == "pasta.md"
    assert names(client.vector_stores.search(store.id, query=["liquid oxygen", "Eiffel"])) == ["rocket.txt", "paris.txt"]
    assert len(client.vector_stores.search(store.id, query="the", max_num_results=1).data) == 1
    food: Any = {"type": "eq", "key": "kind", "value": "food"}
    assert names(client.vector_stores.search(store.id, query="capital pasta", filters=food)) == ["pasta.md"]
    assert names(client.vector_stores.search(store.id, query="capital of Spain", ranking_options={"score_threshold": 0.99})) == []


def test_files_that_cannot_be_read_fail_and_say_why(mock: Mock) -> None:
    client = client_of(mock)
    store = client.vector_stores.create()
    for name, data, code in (("a.png", b"\x89PNG", "unsupported_file"), ("a.pdf", b"%PDF-broken", "invalid_file")):
        file = client.vector_stores.files.create_and_poll(vector_store_id=store.id, file_id=put(client, name, data).id)
        assert file.status == "failed"
        assert file.last_error is not None
        assert file.last_error.code == code
    assert client.vector_stores.retrieve(store.id).file_counts.failed == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"file_ids": ["assistant-nothing"]}, "No file found with id"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "too many properties"),
        ({"expires_after": {"anchor": "last_active_at", "days": 400}}, "Expected a value <= 365"),
        ({"expires_after": {"anchor": "created_at", "days": 1}}, "Supported values are: 'last_active_at'"),
        ({"chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 50, "chunk_overlap_tokens": 10}}}, ">= 100"),
        (
            {"chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 150}}},
            "must not exceed",
        ),
        ({"file_ids": ["x"] * 501}, "Expected an array with maximum length 500"),
        ({"what": 1}, "Unknown parameter: 'what'"),
    ],
)
def test_what_the_service_refuses(mock: Mock, options: dict[str, Any], message: str) -> None:
    with pytest.raises((openai.BadRequestError, openai.NotFoundError), match=message):
        client_of(mock).vector_stores.create(extra_body=options)


def test_a_store_expires_after_days_without_use(mock: Mock) -> None:
    client = client_of(mock)
    store, _ = filled(client, expires_after={"anchor": "last_active_at", "days": 2})
    assert store.expires_at == store.last_active_at + 2 * DAY
    mock.advance("36h")
    assert names(client.vector_stores.search(store.id, query="capital of France")) == ["paris.txt"]
    mock.advance("36h")
    alive = client.vector_stores.retrieve(store.id)
    assert alive.status == "completed"
    mock.advance("13h")
    assert client.vector_stores.retrieve(store.id).status == "expired"
    with pytest.raises(openai.BadRequestError, match="is expired"):
        client.vector_stores.search(store.id, query="capital of France")


def test_a_deleted_file_leaves_every_store(mock: Mock) -> None:
    client = client_of(mock)
    store, ids = filled(client)
    second = client.vector_stores.create(file_ids=[ids["paris.txt"]])
    client.files.delete(ids["paris.txt"])
    for one in (store, second):
        assert "paris.txt" not in names(client.vector_stores.search(one.id, query="capital of France"))
    assert client.vector_stores.retrieve(second.id).file_counts.total == 0


def test_the_model_searches_the_files_and_cites_them(mock: Mock) -> None:
    client = client_of(mock)
    store, ids = filled(client)
    guide = put(client, "guide.pdf", pdf("The harbour master is called Ines.", "The pier closes at ten."))
    client.vector_stores.files.create(store.id, file_id=guide.id)
    tool: Any = {"type": "file_search", "vector_store_ids": [store.id], "max_num_results": 2}
    answer = speaking(mock).responses.create(
        model="gpt-4o", input="What is the harbour master called?", tools=[tool], include=["file_search_call.results"]
    )
    call, message = answer.output[0].model_dump(), answer.output[1].model_dump()
    assert call["queries"] == ["What is the harbour master called?"]
    first = call["results"][0]
    assert (first["file_id"], first["filename"], first["vector_store_id"]) == (guide.id, "guide.pdf", store.id)
    assert 0 < first["score"] <= 1
    part = message["content"][0]
    assert "Ines" in part["text"]
    assert part["annotations"][0]["file_id"] == guide.id
    assert 0 < part["annotations"][0]["index"] <= len(part["text"])
    hidden = speaking(mock).responses.create(model="gpt-4o", input="What is the harbour master called?", tools=[tool])
    assert hidden.output[0].model_dump()["results"] is None
    assert ids


def test_a_stream_cites_what_the_body_cites(mock: Mock) -> None:
    client = client_of(mock)
    store, _ = filled(client)
    tool: Any = {"type": "file_search", "vector_store_ids": [store.id]}
    stream = speaking(mock).responses.create(model="gpt-4o", input="How long does pasta boil?", tools=[tool], stream=True)
    kinds = [event.type for event in stream]
    assert "response.file_search_call.searching" in kinds
    assert "response.output_text.annotation.added" in kinds


def test_a_rule_may_leave_the_results_to_the_store(mock: Mock) -> None:
    client = client_of(mock)
    store, ids = filled(client)
    mock.rule(say=[{"type": "file_search_call", "queries": ["liquid oxygen"]}, "Forty tonnes."])
    tool: Any = {"type": "file_search", "vector_store_ids": [store.id]}
    answer = speaking(mock).responses.create(model="gpt-4o", input="fuel?", tools=[tool], include=["file_search_call.results"])
    assert [result["file_id"] for result in answer.output[0].model_dump()["results"]] == [ids["rocket.txt"]]
    assert answer.output_text == "Forty tonnes."


def test_filters_and_stores_that_are_not_there_find_nothing(mock: Mock) -> None:
    client = client_of(mock)
    store, _ = filled(client)
    for tool in (
        {"type": "file_search", "vector_store_ids": ["vs_nobody"]},
        {"type": "file_search", "vector_store_ids": [store.id], "filters": {"type": "eq", "key": "kind", "value": "letter"}},
    ):
        made: Any = tool
        answer = speaking(mock).responses.create(
            model="gpt-4o", input="Search the files: capital of France?", tools=[made], include=["file_search_call.results"]
        )
        assert answer.output[0].model_dump()["results"] == []
