"""Pictures: drawn in the asked size and format, streamed in parts, sent back; refused where the month or the model has none."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from typing import Any

import openai
import pytest

from .conftest import Mock

TOOL: dict[str, Any] = {"type": "image_generation"}
PNG = "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n").decode()
PDF = "data:application/pdf;base64," + b64encode(b"%PDF-1.7").decode()


def drawn(response: Any) -> Any:
    return next(item for item in response.output if item.type == "image_generation_call")


def asking(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "input_text", "text": "What is it?"}, *parts]}]


@pytest.mark.parametrize(("size", "wide", "high"), [("1024x1536", 1024, 1536), ("1536x1024", 1536, 1024), ("auto", 1024, 1024)])
def test_a_picture_has_the_asked_size(ga: Mock, size: str, wide: int, high: int) -> None:
    made = drawn(ga.client().responses.create(model="gpt-4o", input="Draw a cat", tools=[{**TOOL, "size": size}]))
    png = b64decode(made.result)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (wide, high)
    assert made.status == "completed"


@pytest.mark.parametrize("partial", [0, 1, 3])
def test_a_streamed_picture_comes_in_as_many_parts_as_asked_for(ga: Mock, partial: int) -> None:
    tools: Any = [{**TOOL, "partial_images": partial, "output_format": "jpeg"}]
    events: list[Any] = list(ga.client().responses.create(model="gpt-4o", input="Draw a cat", tools=tools, stream=True))
    parts = [event for event in events if event.type == "response.image_generation_call.partial_image"]
    assert [event.partial_image_index for event in parts] == list(range(partial))
    assert all(b64decode(event.partial_image_b64).startswith(b"\xff\xd8") for event in parts)
    assert b64decode(drawn(events[-1].response).result).startswith(b"\xff\xd8")


def test_a_picture_is_sent_back_and_drawn_upon(ga: Mock) -> None:
    client = ga.client()
    first = client.responses.create(model="gpt-4o", input="Draw a cat", tools=[TOOL])  # type: ignore[list-item]
    by_id = client.responses.create(model="gpt-4o", input="Draw a dog", tools=[TOOL], previous_response_id=first.id)  # type: ignore[list-item]
    sent: Any = [*[item.to_dict() for item in first.output], {"role": "user", "content": "Draw a dog"}]
    by_hand = client.responses.create(model="gpt-4o", input=sent, tools=[TOOL], store=False)  # type: ignore[list-item]
    assert drawn(by_id).result
    assert drawn(by_hand).result


def test_a_picture_that_is_shown_is_edited(ga: Mock) -> None:
    shown: Any = asking({"type": "input_image", "image_url": PNG})
    made = drawn(ga.client().responses.create(model="gpt-4o", input=shown, tools=[TOOL], tool_choice={"type": "image_generation"}))  # type: ignore[list-item]
    assert made.action == "edit"


def test_in_preview_a_stream_may_not_offer_the_tool(preview: Mock) -> None:
    client = preview.azure()
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="gpt-4o", input="Draw a cat", tools=[TOOL], stream=True)  # type: ignore[call-overload]
    assert refused.value.param == "stream"
    assert drawn(client.responses.create(model="gpt-4o", input="Draw a cat", tools=[TOOL])).result  # type: ignore[list-item]


def test_in_preview_a_picture_of_an_earlier_turn_is_not_edited(preview: Mock) -> None:
    client = preview.azure()
    first = client.responses.create(model="gpt-4o", input="Draw a cat", tools=[TOOL])  # type: ignore[list-item]
    second = client.responses.create(model="gpt-4o", input="Thank you.", previous_response_id=first.id)
    sent: Any = [*[item.to_dict() for item in first.output], {"role": "user", "content": "Draw a hat on it"}]
    for asked in ({"previous_response_id": second.id, "input": "Draw a hat on it"}, {"input": sent}):
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model="gpt-4o", tools=[TOOL], **asked)  # type: ignore[arg-type]
        assert refused.value.param == "input"


@pytest.mark.parametrize(
    ("model", "part", "reads"),
    [
        ("gpt-4o", {"type": "input_image", "image_url": PNG}, True),
        ("o1", {"type": "input_image", "image_url": PNG}, True),
        ("o3-mini", {"type": "input_image", "image_url": PNG}, False),
        ("o3-mini", {"type": "input_file", "filename": "a.pdf", "file_data": PDF}, False),
        ("o3-mini", {"type": "input_text", "text": "more"}, True),
        ("gpt-4o", {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}, False),
    ],
)
def test_a_model_is_given_only_what_it_reads(mock: Mock, model: str, part: dict[str, Any], reads: bool) -> None:
    client = mock.azure()
    given: Any = asking(part)
    if reads:
        assert client.responses.create(model=model, input=given).output
        return
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model=model, input=given)
    assert refused.value.param == "input[0].content[1].type"
    assert refused.value.code == "invalid_value"
    assert f"'{part['type']}'" in refused.value.message


def test_what_came_with_the_v1_preview_is_not_known_on_the_older_path(mock: Mock) -> None:
    older = openai.AzureOpenAI(
        azure_endpoint=mock.url, api_key="k", api_version="2025-04-01-preview", max_retries=0, default_headers=mock.headers
    )
    with older, pytest.raises(openai.BadRequestError) as refused:
        older.responses.create(model="gpt-4o", input="Draw a cat", tools=[TOOL])  # type: ignore[list-item]
    assert refused.value.param == "tools[0].type"
    assert "/openai/v1" in refused.value.response.headers["x-mock-hint"]
