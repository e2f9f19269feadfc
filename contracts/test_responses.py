"""The Response object: what is asked for stands in it again."""

from __future__ import annotations

from azure_openai_contracts.case import Client, case


def test_what_is_stored_is_what_was_answered(client: Client) -> None:
    made = client.create(input="hi", metadata={"team": "sand"}, temperature=0.5)
    kept = client.retrieve(made.id)
    assert kept.body["output"] == made.body["output"]
    assert kept.body["metadata"] == {"team": "sand"}


def test_silence_is_filled_with_defaults(client: Client) -> None:
    body = client.create(input="hi").body
    wanted = {"tool_choice": "auto", "parallel_tool_calls": True, "truncation": "disabled", "tools": [], "store": True, "metadata": {}}
    assert {name: body[name] for name in wanted} == wanted


def test_the_deployment_is_named_as_it_was_asked_for(client: Client) -> None:
    assert client.create(input="hi").body["model"] == client.scene.target.deployment("gpt-4o")


def test_the_answer_is_no_longer_than_allowed(client: Client) -> None:
    made = client.create(input="Tell me the whole of Dune.", max_output_tokens=16)
    assert made.body["usage"]["output_tokens"] <= 16


@case(needs=("rules",))
def test_words_come_back_to_the_letter(client: Client) -> None:
    said = 'Žluťoučký kůň — 🐎 "quoted" \\ and\nnew lines'
    client.control.rule(say=said)
    assert client.create(input="speak").text == said
    assert client.stream(input="speak").text == said


def test_seen_filters_are_told(client: Client) -> None:
    filters = client.create(input="hi").body["content_filters"]
    assert filters
    assert not any(entry["blocked"] for entry in filters)


def test_models_are_listed(client: Client) -> None:
    from azure_openai_contracts.drive import Ask

    listed = client.ask(Ask("models.list")).body
    assert listed["object"] == "list"
    assert all(model["object"] == "model" for model in listed["data"])
