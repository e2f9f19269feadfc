"""Containers and their files through the real client, over a socket."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from .conftest import Mock
from .test_files import client_of, put
from .test_vector_stores import speaking


def test_a_container_is_made_shown_listed_and_deleted(mock: Mock) -> None:
    client = client_of(mock)
    made = client.containers.create(name="work", memory_limit="4g")
    assert made.id.startswith("cntr_")
    assert (made.status, made.name, made.memory_limit) == ("running", "work", "4g")
    assert made.expires_after is not None
    assert (made.expires_after.anchor, made.expires_after.minutes) == ("last_active_at", 20)
    assert client.containers.retrieve(made.id).model_dump() == made.model_dump()
    other = client.containers.create(name="play")
    assert [one.id for one in client.containers.list()] == [other.id, made.id]
    client.containers.delete(made.id)
    with pytest.raises(openai.NotFoundError, match="Container with id"):
        client.containers.retrieve(made.id)


def test_files_are_uploaded_copied_read_and_deleted(mock: Mock) -> None:
    client = client_of(mock)
    source = put(client, "table.csv", b"a,b\n1,2\n")
    box = client.containers.create(name="box", file_ids=[source.id])
    (copied,) = client.containers.files.list(box.id)
    assert copied.path.startswith("/mnt/data/")
    assert client.containers.files.content.retrieve(copied.id, container_id=box.id).read() == b"a,b\n1,2\n"
    sent = client.containers.files.create(box.id, file=("plot.py", b"print(1)"))
    assert (sent.bytes, sent.source, sent.container_id) == (8, "user", box.id)
    assert sent.path.endswith("plot.py")
    again = client.containers.files.create(box.id, file_id=source.id)
    assert client.containers.files.retrieve(again.id, container_id=box.id).bytes == 8
    client.files.delete(source.id)
    assert client.containers.files.content.retrieve(again.id, container_id=box.id).read() == b"a,b\n1,2\n"
    client.containers.files.delete(sent.id, container_id=box.id)
    with pytest.raises(openai.NotFoundError, match="Container file"):
        client.containers.files.retrieve(sent.id, container_id=box.id)
    assert {file.id for file in client.containers.files.list(box.id)} == {copied.id, again.id}


def test_a_container_expires_when_nobody_uses_it(mock: Mock) -> None:
    client = client_of(mock)
    box = client.containers.create(name="box")
    mock.advance("15m")
    client.containers.files.create(box.id, file=("a.txt", b"x"))
    mock.advance("15m")
    assert client.containers.retrieve(box.id).status == "running"
    mock.advance("6m")
    assert client.containers.retrieve(box.id).status == "expired"
    with pytest.raises(openai.BadRequestError, match="Container is expired"):
        client.containers.files.list(box.id)
    tool: Any = {"type": "code_interpreter", "container": box.id}
    with pytest.raises(openai.BadRequestError, match="Container is expired"):
        speaking(mock).responses.create(model="gpt-4o", input="Run python", tools=[tool])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Missing required parameter: 'name'"),
        ({"name": "x", "memory_limit": "2g"}, "Supported values are: '1g', '4g', '16g', and '64g'"),
        ({"name": "x", "expires_after": {"anchor": "last_active_at", "minutes": 90}}, "Expected a value <= 20"),
        ({"name": "x", "file_ids": ["assistant-no"]}, "No file found with id"),
    ],
)
def test_what_the_service_refuses(mock: Mock, options: dict[str, Any], message: str) -> None:
    with pytest.raises((openai.BadRequestError, openai.NotFoundError), match=message):
        client_of(mock).post("/containers", cast_to=object, body=options)


def test_the_code_interpreter_leaves_its_container_behind(mock: Mock) -> None:
    client = client_of(mock)
    source = put(client, "table.csv", b"a,b\n1,2\n")
    tool: Any = {"type": "code_interpreter", "container": {"type": "auto", "file_ids": [source.id]}}
    answer = speaking(mock).responses.create(model="gpt-4o", input="Run python on the table.", tools=[tool])
    ident = answer.output[0].model_dump()["container_id"]
    assert client.containers.retrieve(ident).status == "running"
    assert [file.bytes for file in client.containers.files.list(ident)] == [8]
    mock.advance("15m")
    named: Any = {"type": "code_interpreter", "container": ident}
    again = speaking(mock).responses.create(model="gpt-4o", input="Run python once more.", tools=[named])
    assert again.output[0].model_dump()["container_id"] == ident
    mock.advance("15m")
    assert client.containers.retrieve(ident).status == "running"
