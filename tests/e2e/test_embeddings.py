"""Embeddings through the real client, over a socket."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from .conftest import Mock
from .test_chat import on_deployment, strict

FLOATS: Any = {"encoding_format": "float"}
"""Unless told otherwise the client asks for base64, which its own strict validation then refuses."""


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("model", "size"), [("text-embedding-3-small", 1536), ("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536)]
)
def test_texts_become_unit_vectors(mock: Mock, model: str, size: int) -> None:
    texts = ["The invoice is overdue.", "an overdue invoice", "The cat sat on the mat."]
    answer = strict(mock).embeddings.create(model=model, input=texts, **FLOATS)
    one, same, other = (entry.embedding for entry in answer.data)
    assert len(one) == size
    assert near(one, one) == pytest.approx(1.0, abs=1e-5)
    assert near(one, same) > 0.6 > 0.3 > near(one, other)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens > 0


def test_both_encodings_carry_the_same_numbers(mock: Mock) -> None:
    client = mock.client(default_query={"api-version": "preview"})
    dense = client.embeddings.create(model="text-embedding-3-small", input="same", dimensions=64).data[0].embedding
    plain = client.embeddings.create(model="text-embedding-3-small", input="same", dimensions=64, encoding_format="float").data[0].embedding
    assert plain == pytest.approx(dense)
    assert len(plain) == 64


def test_tokens_are_taken_for_texts(mock: Mock) -> None:
    client = strict(mock)
    assert len(client.embeddings.create(model="text-embedding-3-small", input=[1, 2, 3], **FLOATS).data) == 1
    answer = client.embeddings.create(model="text-embedding-3-small", input=[[1, 2, 3], [4]], **FLOATS)
    assert len(answer.data) == 2
    assert answer.usage.prompt_tokens == 4


def test_any_other_name_on_the_route_is_a_custom_deployment(mock: Mock) -> None:
    answer = on_deployment(mock).embeddings.create(model="my-vectors", input="hi", **FLOATS)
    assert answer.model == "text-embedding-3-small"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input": ""}, r"'\$.input' is invalid"),
        ({"input": []}, r"'\$.input' is invalid"),
        ({"input": ["x"] * 2049}, "Expected an array with maximum length 2048"),
        ({"input": "word " * 9000}, "maximum context length is 8192 tokens"),
        ({"dimensions": 5000}, "Expected a value <= 1536"),
        ({"model": "text-embedding-ada-002", "dimensions": 8}, "does not support specifying dimensions"),
        ({"model": "gpt-4o"}, "operation does not work with the specified model, gpt-4o"),
        ({"what": 1}, "Unrecognized request argument supplied: what"),
    ],
)
def test_what_the_service_refuses(mock: Mock, change: dict[str, Any], message: str) -> None:
    with pytest.raises(openai.BadRequestError, match=message):
        strict(mock).embeddings.create(model="text-embedding-3-small", input="hi", extra_body=change)


def test_rate_limits_count_embeddings(mock: Mock) -> None:
    mock.control("PUT", "/settings", {"limits": {"requests": 1}})
    mock.control("POST", "/clock", {"freeze": True})
    client = strict(mock)
    client.embeddings.create(model="text-embedding-3-small", input="hi", **FLOATS)
    with pytest.raises(openai.RateLimitError):
        client.embeddings.create(model="text-embedding-3-small", input="hi", **FLOATS)


def test_faults_hit_embeddings_too(mock: Mock) -> None:
    mock.rule(when={"operation": "embeddings.create"}, fault=[{"refuse": {"status": 503}}], times=1)
    with pytest.raises(openai.InternalServerError):
        strict(mock).embeddings.create(model="text-embedding-3-small", input="hi", **FLOATS)
