"""Every check bites: it is silent about a legal exchange, and objects when that exchange is spoilt in its point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.contracts.legal import Run, Spoil, addressed, answered, asked, body, both, changed, chunked, headed, played, sent, told

from azure_openai_contracts import checks

STREAM = "test_streaming.test_a_stream_tells_the_response_that_is_stored"
CALL = "test_streaming.test_a_tool_call_streams_its_arguments"
CHAIN = "test_chaining.test_a_second_turn_continues_the_first"
LOOSE = "test_chaining.test_what_is_not_stored_can_neither_be_read_nor_continued"
ORPHAN = "test_chaining.test_an_unknown_parent_is_refused"
GONE = "test_deletion.test_a_deleted_response_is_gone"
CUT_OFF = "test_deletion.test_a_deleted_response_cannot_be_continued"
PAGES = "test_pagination.test_pages_join_to_the_whole"
NEWEST = "test_pagination.test_items_are_listed_newest_first"
RESUMED = "test_resume.test_a_stream_goes_on_after_the_event_that_was_read"
RUN = "test_background.test_a_run_is_queued_and_ends"
CANCELLED = "test_background.test_a_run_can_be_cancelled"
PERSON = "test_structured.test_a_text_satisfies_its_schema"
STRICT = "test_structured.test_a_strict_function_is_called_by_its_schema"
PREVIEW = "test_gating.test_in_the_preview_v1_needs_its_api_version"
OLDER = "test_gating.test_the_older_path_takes_the_dated_previews"
VERSIONS = "test_gating.test_today_v1_takes_its_own_two_names"
DENIED = "test_auth.test_a_wrong_key_is_denied"
UNKNOWN = "test_errors.test_an_unknown_parameter_is_named"
BROKEN = "test_errors.test_trouble_of_the_service_is_a_500_in_its_own_words"
LIMITED = "test_errors.test_a_429_names_its_wait"
AGAIN = "test_errors.test_who_tries_again_after_a_429_is_answered"
SHORT = "test_responses.test_the_answer_is_no_longer_than_allowed"
CHAT = "test_chat.test_a_question_is_answered"
CHUNKS = "test_chat.test_a_stream_tells_its_answer_in_pieces"
CHOICES = "test_chat.test_several_choices_can_be_had"
CALLING = "test_chat.test_a_tool_is_called_and_answered"
MATCHING = "test_chat.test_a_text_satisfies_its_schema"
BRIEF = "test_chat.test_what_is_too_long_is_cut"
VECTOR = "test_embeddings.test_a_text_has_a_vector"
VECTORS = "test_embeddings.test_texts_keep_their_order"
SIZED = "test_embeddings.test_a_vector_has_the_size_that_was_asked_for"
PACKED = "test_embeddings.test_numbers_can_be_had_as_base64"
UPLOADED = "test_files.test_a_file_is_kept_as_it_was_given"
FOUND = "test_files.test_what_is_meant_is_found_first"
OWN_ID = "test_headers.test_the_clients_own_request_id_comes_back"


def at(events: list[dict[str, Any]], kind: str) -> int:
    return next(number for number, event in enumerate(events) if event["type"] == f"response.{kind}")


def event(kind: str, **changes: Any) -> Spoil:
    """The first event of that type has other members."""
    return told(lambda events: events[at(events, kind)].update(changes))


def without(kind: str) -> Spoil:
    """That event is lost, and the numbers closed up."""

    def edit(events: list[dict[str, Any]]) -> None:
        del events[at(events, kind)]
        for number, one in enumerate(events):
            one["sequence_number"] = number

    return told(edit)


def member(name: str, value: Any, place: int = 0) -> Spoil:
    """A member of the body is another."""
    return body(lambda one: one.update({name: value}), place)


def error(place: int = 0, **changes: Any) -> Spoil:
    """Members of the error are others."""
    return body(lambda one: one["error"].update(changes), place)


def final(edit: Callable[[dict[str, Any]], Any]) -> Spoil:
    """The response in the last event is edited."""
    return told(lambda events: edit(events[-1]["response"]))


def swapped(events: list[dict[str, Any]]) -> None:
    one, other = at(events, "output_text.done"), at(events, "content_part.done")
    events[one], events[other] = events[other], events[one]


def annotated(events: list[dict[str, Any]]) -> None:
    delta = events[at(events, "output_text.delta")]
    place = {name: delta[name] for name in ("item_id", "output_index", "content_index")}
    note = {"type": "response.output_text.annotation.added", "annotation": {"type": "file_citation"}, "annotation_index": 0, **place}
    events.insert(at(events, "output_text.done"), note)


def repeated(place: int, *, after: float) -> Callable[[Run], Run]:
    """The exchange is the client's own second try, sent so many seconds after the first."""
    return lambda run: both(
        sent("x-stainless-retry-count", "1", place), lambda run: changed(run, place, sent_at=(run[0].sent_at or 0) + after)
    )(run)


def other_client(**changes: Any) -> Spoil:
    return lambda run: changed(run, 0, **changes)


def in_both_orders(run: Run) -> Run:
    """The list once more, as it would come in the other order."""
    turned = both(addressed(lambda url: f"{url}?order=asc", -1), body(lambda one: one["data"].reverse(), -1))(run)
    return [*run, turned[-1]]


LEGAL_RETRY = repeated(1, after=1.0)
"""What a client does that waits, made of two calls."""

SPOILT: dict[str, list[tuple[str, Spoil, Spoil]]] = {}
"""Claim -> (contract, what makes of its exchanges the legal ones, what spoils them)."""


def as_it_is(run: Run) -> Run:
    return run


def bites(claim: str, name: str, *spoils: Spoil, legal: Spoil = as_it_is) -> None:
    SPOILT.setdefault(claim, []).extend((name, legal, spoil) for spoil in spoils)


# ---- grammar

bites(
    "every frame holds one JSON object under its own name",
    STREAM,
    lambda run: answered(body=run[0].answer.body.replace(b"event: response.created", b"event: response.begun"))(run),  # type: ignore[union-attr]
    lambda run: answered(body=run[0].answer.body.replace(b"data: {", b"data: {{", 1))(run),  # type: ignore[union-attr]
)
bites(
    "events are numbered from 0 without a gap", STREAM, event("output_text.delta", sequence_number=99), told(lambda events: events.pop(3))
)
bites("a stream begins with response.created", STREAM, without("created"))
bites("a stream ends with the event that ends the response", STREAM, without("completed"), answered(complete=False))
bites(
    "events of the whole response come in order, and items never interleave",
    STREAM,
    told(lambda events: events.insert(0, events.pop(1))),
    without("output_item.done"),
    told(lambda events: events.append(events[0])),
)
bites(
    "the events within an item come in its type's order",
    STREAM,
    told(swapped),
    without("content_part.added"),
    without("output_text.done"),
)
bites(
    "every event names the item and the place that are open",
    STREAM,
    event("output_text.delta", item_id="msg_of_another"),
    event("output_text.done", output_index=7),
    told(lambda events: events[at(events, "output_item.done")]["item"].update(id="msg_of_another")),
)
bites("deltas add up to what is done", STREAM, event("output_text.delta", delta="lost"), event("output_text.done", text="other"))
bites("deltas add up to what is done", CALL, told(lambda events: events[at(events, "output_item.done")]["item"].update(arguments="{}")))
bites("the output is the items that were done", STREAM, final(lambda one: one["output"].clear()))
bites(
    "only what ends a response changes between its first and last telling",
    STREAM,
    final(lambda one: one.update(model="another")),
    told(lambda events: events[0]["response"].update(status="completed")),
)
bites("the last event is named after the response's status", STREAM, final(lambda one: one.update(status="incomplete")))
bites("annotations are told in the order in which the item lists them", STREAM, told(annotated))

# ---- response

bites(
    "a response has its members, each of its type",
    CHAIN,
    body(lambda one: one.pop("metadata")),
    member("output_text", "hello"),
    member("created_at", "yesterday"),
)
bites(
    "status, error, incomplete_details and completed_at agree",
    CHAIN,
    member("status", "done"),
    member("incomplete_details", {"reason": "max_output_tokens"}),
    member("error", {"code": "server_error", "message": "x"}),
    member("completed_at", None),
)
bites(
    "the counts of tokens add up",
    CHAIN,
    body(lambda one: one["usage"].update(total_tokens=1)),
    body(lambda one: one["usage"]["input_tokens_details"].update(cached_tokens=10**6)),
    member("usage", None),
)
bites(
    "ids are of their type, their time and their response",
    CHAIN,
    member("id", "chatcmpl-1"),
    body(lambda one: one["output"][-1].update(id="fc_" + "0" * 50)),
    member("created_at", 1),
)
bites("no id is given twice", CHAIN, body(lambda one: one["output"].append(one["output"][0])))
bites(
    "output items have what their type needs",
    CHAIN,
    body(lambda one: one["output"][-1].update(role="user")),
    body(lambda one: one["output"][-1]["content"][0].pop("annotations")),
)
bites(
    "what was asked for is echoed", CHAIN, asked(lambda one: one.update(temperature=0.25)), asked(lambda one: one.update(user="somebody"))
)
bites("no more is said than was allowed", SHORT, body(lambda one: one["usage"].update(output_tokens=99)))
bites("content filters say whose text they judged", CHAIN, body(lambda one: one["content_filters"][0].update(source_type="weather")))

# ---- chaining, storing, deletion

bites("a response names the parent that it was given", CHAIN, member("previous_response_id", None, 1))
bites("the whole chain is counted", CHAIN, body(lambda one: one["usage"].update(input_tokens=1), 1))
bites("ids of a chain share their beginning", CHAIN, member("id", "resp_" + "f" * 50, 1))
bites("no id is given to two responses", CHAIN, lambda run: [run[0], *run])
bites("what is stored is what was answered", STREAM, member("output", [], 1))
bites("the response that is asked for comes", STREAM, member("id", "resp_" + "f" * 50, 1))
bites("what is not to be stored cannot be had again", LOOSE, answered(1, status=200))
bites("a deletion says what it deleted", GONE, member("object", "response", 1), member("deleted", False, 1))
bites("what was deleted is gone and cannot be continued", GONE, answered(2, status=200))
bites("what was deleted is gone and cannot be continued", CUT_OFF, answered(3, status=200))

# ---- lists

bites("a page names its ends", PAGES, member("first_id", "msg_0", 1), member("object", "page", 1), member("has_more", "no", 1))
bites(
    "a page holds no more than was asked for, and is full while there are more",
    PAGES,
    addressed(lambda url: url.replace("limit=3", "limit=2"), 1),
    body(lambda one: one["data"].pop(), 1),
)
bites("no item is on two pages", PAGES, lambda run: body(lambda one: one["data"].append(run[1].answer.json["data"][0]), 2)(run))  # type: ignore[union-attr]
bites("ascending is descending turned around", NEWEST, body(lambda one: one["data"].reverse(), -1), legal=in_both_orders)

# ---- resuming, background

bites("a stream goes on after the number that was asked for", RESUMED, told(lambda events: events.pop(0), 1))
bites("an event is told the same each time", RESUMED, told(lambda events: events[5].update(delta="otherwise"), 1))
bites("a run in the background begins at once and unfinished", RUN, member("status", "completed"), member("background", False))
bites("a status never goes back", CANCELLED, member("status", "in_progress", 2))
bites("what is cancelled is cancelled, without output", CANCELLED, member("status", "queued", 1), member("usage", {"input_tokens": 1}, 1))

# ---- structured

bites(
    "a text satisfies the schema that was asked for",
    PERSON,
    body(lambda one: one["output"][-1]["content"][0].update(text='{"name": 7}')),
    body(lambda one: one["output"][-1]["content"][0].update(text="Frank")),
)
bites(
    "functions are called as they were declared",
    STRICT,
    body(lambda one: one["output"][-1].update(arguments="{}")),
    body(lambda one: one["output"][-1].update(name="undeclared")),
)
bites("the format is echoed", PERSON, body(lambda one: one["text"]["format"].update(name="other")))

# ---- chats


def choice(**changes: Any) -> Spoil:
    """The first choice has other members."""
    return body(lambda one: one["choices"][0].update(changes))


def spoken(**changes: Any) -> Spoil:
    """The message of the first choice has other members."""
    return body(lambda one: one["choices"][0]["message"].update(changes))


def called(**changes: Any) -> Spoil:
    """The first call of the first choice is to another function, or with other arguments."""
    return body(lambda one: one["choices"][0]["message"]["tool_calls"][0]["function"].update(changes))


bites(
    "a chat completion has its members, and every choice says something",
    CHAT,
    member("object", "chat.completion.chunk"),
    member("id", "resp_1"),
    member("created", "now"),
    spoken(role="user"),
    spoken(content=None),
)
bites("as many choices come as were asked for", CHOICES, body(lambda one: one["choices"].pop()), choice(index=1))
bites("a choice ends by what it did", CHAT, choice(finish_reason="over"), choice(finish_reason="tool_calls"))
bites("the tokens of a chat add up", CHAT, body(lambda one: one["usage"].update(total_tokens=1)))
bites(
    "a chat counts its tokens where it was asked to, and no more than allowed",
    CHAT,
    member("usage", None),
    asked(lambda one: one.update(stream=True)),
)
bites(
    "a chat counts its tokens where it was asked to, and no more than allowed",
    BRIEF,
    body(lambda one: one["usage"].update(completion_tokens=2)),
)
bites("a chat calls functions as they were declared", CALLING, called(name="undeclared"), called(arguments="{}"))
bites("a chat's text satisfies the schema that was asked for", MATCHING, spoken(content="Frank"), spoken(content='{"name": 7}'))
bites(
    "the chunks of a stream are of one completion",
    CHUNKS,
    chunked(lambda chunks: chunks[-1].update(id="chatcmpl-another")),
    chunked(lambda chunks: chunks[-1].update(object="chat.completion")),
)
bites(
    "every choice begins with its role and ends once",
    CHUNKS,
    chunked(lambda chunks: chunks[-1]["choices"][0].update(finish_reason=None)),
    chunked(lambda chunks: chunks.append(chunks[2])),
    chunked(lambda chunks: chunks[1]["choices"][0].update(delta={"content": "I"})),
)
bites(
    "a chat's stream ends with [DONE]",
    CHUNKS,
    answered(complete=False),
    chunked(lambda chunks: None, done=""),
    chunked(lambda chunks: None, done="data: [DONE]\n\ndata: [DONE]\n\n"),
)

# ---- embeddings


def embedded(**changes: Any) -> Spoil:
    """The first entry has other members."""
    return body(lambda one: one["data"][0].update(changes))


bites("every text has its vector, in its place", VECTORS, body(lambda one: one["data"].pop()), embedded(index=1))
bites(
    "embeddings are a list that counts its tokens",
    VECTOR,
    member("object", "embeddings"),
    member("model", None),
    body(lambda one: one["usage"].update(total_tokens=99)),
    embedded(object="vector"),
)
bites(
    "a vector has the form, the size and the length that it should",
    SIZED,
    embedded(embedding=[1.0]),
    embedded(embedding=[0.5] * 32),
    embedded(embedding="oops"),
)
bites("a vector has the form, the size and the length that it should", PACKED, embedded(embedding=[1.0] + [0.0] * 31))
bites("the same text lies in the same place", VECTORS, body(lambda one: one["data"][0].update(embedding=[1.0] + [0.0] * 63), 1))

# ---- files

bites(
    "a file is described as it was sent",
    UPLOADED,
    member("filename", "another.txt"),
    member("bytes", 1),
    member("purpose", "batch"),
    member("object", "response"),
)
bites("a file comes back as it was given", UPLOADED, answered(2, body=b"other bytes"))
bites("the files of a store add up", FOUND, body(lambda one: one["file_counts"].update(total=7), 2))
bites(
    "a search brings no more than was asked for, the best first",
    FOUND,
    body(lambda one: one["data"].append({**one["data"][0], "score": 0.1}), -1),
    body(lambda one: one["data"][0].update(score=7), -1),
)

# ---- gating, auth

bites("v1 takes no dated api-version", VERSIONS, addressed(lambda url: url.replace("api-version=v1", "api-version=2025-04-01-preview")))
bites(
    "the older path takes only dated api-versions since March 2025",
    OLDER,
    addressed(lambda url: url.partition("?")[0]),
    addressed(lambda url: url.replace("2025-04-01-preview", "2024-12-01-preview")),
)
bites("v1 as a preview takes nothing without its api-version", PREVIEW, answered(0, status=200))
bites(
    "what is nowhere is not found in the gateway's own bytes",
    PREVIEW,
    answered(0, body=b'{"error":{"code":"404","message":"Resource not found"}}'),
)
bites("nobody is answered without credentials", CHAIN, both(sent("authorization", None), sent("api-key", None)))
bites(
    "a wrong key is denied in the gateway's own bytes",
    DENIED,
    answered(body=b'{"error":{"code":"401","message":"no"}}'),
    error(code="invalid_api_key"),
    answered(reason="Unauthorized"),
)

# ---- errors

bites("a refusal is one error object", UNKNOWN, answered(body=b'{"detail":[]}'), answered(body=b"oops"), member("extra", 1))
bites("a refusal has a message, and members of their types", UNKNOWN, error(message=""), error(code=400), error(nonsense=1))
bites("the type of a refusal fits its status", UNKNOWN, answered(status=500), body(lambda one: one["error"].pop("param")))
bites("the type of a refusal fits its status", BROKEN, answered(status=400))
bites("a refusal names the parameter of which it speaks", UNKNOWN, error(param="another"))
bites("an unknown parent is named as it was sent", ORPHAN, error(message="not found"), answered(status=404), error(param=None))
bites("an unknown response is named as it was sent", GONE, error(2, message="Response with id 'another' not found."))

# ---- headers

bites("bodies are JSON and streams are events, and say so", CHAIN, headed("content-type", "text/html"))
bites("bodies are JSON and streams are events, and say so", STREAM, headed("content-type", "text/event-stream"))
bites("a stream comes where one was asked for", CHAIN, headed("content-type", "text/event-stream; charset=utf-8"))
bites("every answer has an apim-request-id", CHAIN, headed("apim-request-id", None), headed("apim-request-id", "7"))
bites("the client's own request id comes back", OWN_ID, headed("x-ms-client-request-id", None))
bites("a success says how to treat it safely", CHAIN, headed("x-content-type-options", None), headed("strict-transport-security", None))
bites("a success names its region", CHAIN, headed("x-ms-region", None), headed("x-ms-region", ""))
bites(
    "retry-after is a number of seconds, never shorter than its milliseconds",
    LIMITED,
    headed("retry-after", "soon"),
    headed("retry-after-ms", "1.5"),
    headed("retry-after-ms", "5000"),
)
bites(
    "no more remains than the limit",
    CHAIN,
    headed("x-ratelimit-remaining-requests", "99999999"),
    headed("x-ratelimit-remaining-tokens", "many"),
)
bites("the content length is the body's", CHAIN, headed("content-length", "1"))

# ---- client

bites(
    "the client raises what the status means", UNKNOWN, other_client(raised=ValueError("x")), other_client(raised=None, returned=object())
)
bites(
    "the client tells the code of the refusal",
    UNKNOWN,
    lambda run: changed(run, 0, raised=type("Bad", (Exception,), {"code": "other"})()),
)
bites("the client reads what the wire says", CHAIN, member("model", "another"))
bites("the client reads what the wire says", STREAM, lambda run: changed(run, 0, returned=run[0].returned[:-2]))
bites("the client reads a stream to its end", STREAM, other_client(notes={"stopped": True}))
bites(
    "only what may be tried again is sent again, unchanged",
    AGAIN,
    answered(0, status=400),
    asked(lambda one: one.update(input="other words"), 1),
    legal=LEGAL_RETRY,
)
bites(
    "a client waits as long as it was asked to", AGAIN, lambda run: changed(run, 1, sent_at=(run[0].sent_at or 0) + 0.01), legal=LEGAL_RETRY
)


CLAIMS = {claim: check for _, claim, check in checks.named()}


def test_every_check_has_its_mutations() -> None:
    assert set(SPOILT) == set(CLAIMS)


def test_no_two_checks_have_the_same_name() -> None:
    assert len(CLAIMS) == sum(len(claims) for claims in checks.FAMILIES.values())


@pytest.mark.parametrize(
    ("claim", "name", "legal", "spoil"),
    [
        pytest.param(claim, name, legal, spoil, id=f"{claim}-{number}")
        for claim, ways in SPOILT.items()
        for number, (name, legal, spoil) in enumerate(ways)
    ],
)
def test_a_check_objects_to_what_is_spoilt_and_to_nothing_else(claim: str, name: str, legal: Spoil, spoil: Spoil) -> None:
    run = legal(played(name))
    assert list(CLAIMS[claim].look(run)) == []
    assert list(CLAIMS[claim].look(spoil(run))), "it was silent"


@pytest.mark.parametrize(
    "name", [STREAM, CHAIN, GONE, PAGES, RESUMED, CANCELLED, PERSON, PREVIEW, DENIED, LIMITED, CHUNKS, CALLING, VECTORS]
)
def test_no_check_objects_to_what_is_legal(name: str) -> None:
    assert [str(one) for one in checks.judge(played(name))] == []


def test_all_objections_of_a_run_are_collected() -> None:
    run = both(member("status", "done"), headed("apim-request-id", None))(played(CHAIN))
    assert {"response", "headers"} <= {one.family for one in checks.judge(run)}
    assert all(str(one).startswith(f"{one.family}: {one.claim}: POST ") for one in checks.judge(run))


def test_an_unknown_family_is_an_error_that_names_what_there_is() -> None:
    with pytest.raises(LookupError, match=r"no family of checks weather: there are grammar, "):
        checks.judge([], ["weather"])
