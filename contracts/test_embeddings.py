"""Embeddings: texts as points, near where they mean alike."""

from __future__ import annotations

import base64

from azure_openai_contracts.case import Client


def vectors(body: dict[str, object]) -> list[list[float]]:
    return [one["embedding"] for one in body["data"]]  # type: ignore[attr-defined]


def near(one: list[float], other: list[float]) -> float:
    return sum(first * second for first, second in zip(one, other, strict=True))


def test_a_text_has_a_vector(client: Client) -> None:
    made = client.embed(input="Arrakis is a desert planet.", encoding_format="float")
    assert len(made.body["data"]) == 1
    assert made.body["usage"]["prompt_tokens"] > 0


def test_texts_keep_their_order(client: Client) -> None:
    both = client.embed(input=["sand", "water"], encoding_format="float", dimensions=64)
    [second] = vectors(client.embed(input="water", encoding_format="float", dimensions=64).body)
    assert near(vectors(both.body)[1], second) > 0.99


def test_a_vector_has_the_size_that_was_asked_for(client: Client) -> None:
    [vector] = vectors(client.embed(input="spice", encoding_format="float", dimensions=32).body)
    assert len(vector) == 32


def test_numbers_can_be_had_as_base64(client: Client) -> None:
    [packed] = vectors(client.embed(input="spice", encoding_format="base64", dimensions=32).body)
    assert len(base64.b64decode(str(packed))) == 4 * 32


def test_what_shares_its_words_lies_near(client: Client) -> None:
    texts = ["the spice must flow on arrakis", "the spice must flow", "quarterly tax returns"]
    one, like, unlike = vectors(client.embed(input=texts, encoding_format="float", dimensions=256).body)
    assert near(one, like) > near(one, unlike)


def test_tokens_can_be_sent(client: Client) -> None:
    assert len(vectors(client.embed(input=[[100, 200], [300]], encoding_format="float", dimensions=16).body)) == 2


def test_nothing_cannot_be_embedded(client: Client) -> None:
    refused = client.embed(input=[], encoding_format="float")
    assert refused.status == 400
    assert refused.error["type"] == "invalid_request_error"


def test_a_model_that_embeds_does_not_chat(client: Client) -> None:
    assert client.chat(model="text-embedding-3-small", messages=[{"role": "user", "content": "hi"}]).status == 400
