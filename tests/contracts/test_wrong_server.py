"""A wrong server is caught, by checks of every family; a right one is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contracts.legal import case_named
from tests.contracts.wrong_server import RIGHT, WRONG, Wrapped, wrong_server

from azure_openai_contracts import checks
from azure_openai_contracts.case import run
from azure_openai_contracts.target import Target

CAUGHT: dict[str, tuple[str, str]] = {
    "loses an event": ("grammar", "test_streaming.test_a_stream_tells_the_response_that_is_stored"),
    "numbers events from one": ("grammar", "test_streaming.test_a_stream_tells_the_response_that_is_stored"),
    "never ends a stream": ("grammar", "test_streaming.test_a_stream_tells_the_response_that_is_stored"),
    "says that it is done in the middle": ("client", "test_streaming.test_padding_can_be_declined"),
    "does not count": ("response", "test_chaining.test_a_second_turn_continues_the_first"),
    "makes up ids": ("response", "test_responses.test_silence_is_filled_with_defaults"),
    "forgets the parent": ("chaining", "test_branching.test_two_turns_continue_the_same_parent"),
    "keeps something else": ("storing", "test_responses.test_what_is_stored_is_what_was_answered"),
    "stores everything": ("storing", "test_chaining.test_what_is_not_stored_can_neither_be_read_nor_continued"),
    "does not delete": ("deletion", "test_deletion.test_a_deleted_response_is_gone"),
    "knows no limit": ("pagination", "test_pagination.test_pages_join_to_the_whole"),
    "repeats the first page": ("pagination", "test_pagination.test_pages_join_to_the_whole"),
    "resumes from the start": ("resume", "test_resume.test_a_stream_goes_on_after_the_event_that_was_read"),
    "does everything at once": ("background", "test_background.test_a_run_is_queued_and_ends"),
    "answers a schema with prose": ("structured", "test_structured.test_a_text_satisfies_its_schema"),
    "says nothing in a chat": ("chat", "test_chat.test_a_question_is_answered"),
    "embeds short": ("embeddings", "test_embeddings.test_a_vector_has_the_size_that_was_asked_for"),
    "mistakes the size of a file": ("files", "test_files.test_a_file_is_kept_as_it_was_given"),
    "takes any api-version": ("gating", "test_gating.test_today_v1_refuses_a_dated_api_version"),
    "serves everybody": ("auth", "test_auth.test_nobody_is_served_without_credentials"),
    "refuses like a framework": ("errors", "test_errors.test_an_unknown_parameter_is_named"),
    "tells nobody who it is": ("headers", "test_headers.test_a_stream_says_that_it_is_one"),
}
"""How it is wrong -> the family that must object, and the contract that shows it."""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Wrapped, Target]]:
    with wrong_server() as (wrapped, url):
        yield wrapped, Target("mock", url)


def test_every_wrongness_is_caught_somewhere_and_every_family_catches_one() -> None:
    assert set(CAUGHT) == set(WRONG) - {RIGHT}
    assert {family for family, _ in CAUGHT.values()} == set(checks.FAMILIES)


@pytest.mark.parametrize("how", CAUGHT)
def test_a_wrong_server_is_caught(how: str, server: tuple[Wrapped, Target]) -> None:
    wrapped, target = server
    family, name = CAUGHT[how]
    wrapped.how = how
    found = run(case_named(name), target)
    assert family in {one.family for one in found.objections}, f"nobody objected: {found.report() or 'all is well'}"


@pytest.mark.parametrize("name", sorted({name for _, name in CAUGHT.values()}))
def test_a_right_server_is_not(name: str, server: tuple[Wrapped, Target]) -> None:
    wrapped, target = server
    wrapped.how = RIGHT
    assert run(case_named(name), target).report() == ""
