"""Files, the stores in which they are searched, and answers that cite them."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case
from azure_openai_contracts.drive import Reply

DESERT = b"Arrakis is a desert planet. The spice melange is found nowhere else.\n"
WATER = b"Caladan is a planet of oceans, and its rain falls for months.\n"


def upload(client: Client, name: str = "desert.txt", data: bytes = DESERT) -> Reply:
    return client.upload(name, data)


def searched(client: Client) -> str:
    """A store in which both texts are."""
    files = [upload(client, name, data).body["id"] for name, data in (("desert.txt", DESERT), ("water.txt", WATER))]
    made = client.call("vector_stores.create", name="planets", file_ids=files)
    assert made.body["object"] == "vector_store"
    client.control.advance(60)
    return str(made.body["id"])


def test_a_file_is_kept_as_it_was_given(client: Client) -> None:
    made = upload(client)
    assert client.call("files.retrieve", made.body["id"]).body["filename"] == "desert.txt"
    assert client.call("files.content", made.body["id"]).status == 200


def test_files_are_listed_by_their_purpose(client: Client) -> None:
    made = upload(client)
    listed = client.call("files.list", purpose="assistants")
    assert made.body["id"] in [one["id"] for one in listed.body["data"]]


def test_a_file_that_was_deleted_is_gone(client: Client) -> None:
    made = upload(client)
    assert client.call("files.delete", made.body["id"]).body["deleted"] is True
    assert client.call("files.retrieve", made.body["id"]).status == 404


def test_a_file_without_a_purpose_that_there_is_is_refused(client: Client) -> None:
    assert client.upload("desert.txt", DESERT, purpose="decoration").status == 400


@case(needs=("time travel",))
def test_what_is_meant_is_found_first(client: Client) -> None:
    store = searched(client)
    found = client.call("vector_stores.search", store, query="where is the spice found?", max_num_results=1)
    assert [one["filename"] for one in found.body["data"]] == ["desert.txt"]


@case(needs=("time travel",))
def test_an_answer_searches_the_store_and_cites_it(client: Client) -> None:
    tool = {"type": "file_search", "vector_store_ids": [searched(client)]}
    made = client.create(input="Where is the spice found?", tools=[tool], tool_choice={"type": "file_search"})
    assert "file_search_call" in [item["type"] for item in made.body["output"]]
    texts = [part for item in made.body["output"] if item["type"] == "message" for part in item["content"]]
    notes = [note for part in texts for note in part["annotations"] if note["type"] == "file_citation"]
    assert notes[0]["filename"] == "desert.txt"


@case(needs=("time travel",))
def test_a_store_forgets_a_file_that_is_taken_out(client: Client) -> None:
    store = searched(client)
    [first, *_] = client.call("vector_stores.files.list", store).body["data"]
    assert client.call("vector_stores.files.delete", store, first["id"]).body["deleted"] is True
    assert first["id"] not in [one["id"] for one in client.call("vector_stores.files.list", store).body["data"]]


def test_a_store_that_was_deleted_is_gone(client: Client) -> None:
    made = client.call("vector_stores.create", name="empty")
    assert client.call("vector_stores.delete", made.body["id"]).body["deleted"] is True
    assert client.call("vector_stores.retrieve", made.body["id"]).status == 404
