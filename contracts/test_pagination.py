"""Input items and their pages."""

from __future__ import annotations

from azure_openai_contracts.case import Client

WORDS = [f"word {number}" for number in range(7)]


def seven(client: Client) -> str:
    return client.create(input=[{"role": "user", "content": word} for word in WORDS]).id


def texts(items: list[dict[str, list[dict[str, str]]]]) -> list[str]:
    return [item["content"][0]["text"] for item in items]


def test_items_are_listed_newest_first(client: Client) -> None:
    page = client.input_items(seven(client)).body
    assert texts(page["data"]) == WORDS[::-1]
    assert page["has_more"] is False


def test_items_can_be_listed_oldest_first(client: Client) -> None:
    assert texts(client.input_items(seven(client), order="asc").body["data"]) == WORDS


def test_pages_join_to_the_whole(client: Client) -> None:
    id = seven(client)
    pages = client.pages(id, limit=3, order="asc")
    assert [len(page.body["data"]) for page in pages] == [3, 3, 1]
    assert [text for page in pages for text in texts(page.body["data"])] == WORDS


def test_a_page_ends_before_an_item(client: Client) -> None:
    id = seven(client)
    items = client.input_items(id, order="asc").body["data"]
    before = client.input_items(id, order="asc", before=items[3]["id"]).body["data"]
    assert texts(before) == WORDS[:3]


def test_text_is_listed_as_a_part(client: Client) -> None:
    item = client.input_items(client.create(input="hello").id).body["data"][0]
    assert item["content"] == [{"type": "input_text", "text": "hello"}]
    assert (item["type"], item["role"], item["status"]) == ("message", "user", "completed")
    assert item["id"].startswith("msg_")


def test_a_page_has_at_most_a_hundred(client: Client) -> None:
    id = client.create(input="hello").id
    for limit in (0, 101):
        refused = client.input_items(id, limit=limit)
        assert refused.status == 400
        assert refused.error["param"] == "limit"


def test_items_of_an_unknown_response_are_not_found(client: Client) -> None:
    assert client.input_items("resp_" + "0" * 50).status == 404
