"""The context: counted before anything is asked, and compacted."""

from __future__ import annotations

from azure_openai_contracts.case import Client


def test_what_is_asked_can_be_counted_before(client: Client) -> None:
    counted = client.call("responses.input_tokens", model="gpt-4o", input="Tell me about the desert.")
    assert counted.body["object"] == "response.input_tokens"
    made = client.create(input="Tell me about the desert.")
    assert counted.body["input_tokens"] == made.body["usage"]["input_tokens"]


def test_a_context_can_be_compacted_and_continued(client: Client) -> None:
    small = client.call("responses.compact", model="gpt-5", input=[{"role": "user", "content": "I am Alice."}])
    assert [item["type"] for item in small.body["output"]][-1] == "compaction"
    assert client.create(input=[*small.body["output"], {"role": "user", "content": "Who am I?"}], model="gpt-5").status == 200
