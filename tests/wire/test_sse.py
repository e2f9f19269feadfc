"""Server-sent events as recorded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_mock.wire import sse

EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["response.created", "error"]), "text": st.text(st.characters(exclude_categories=["Cs"]))}
)


@given(st.lists(EVENTS, max_size=5))
def test_what_is_written_is_read_back(events: list[dict[str, str]]) -> None:
    assert list(sse.events(b"".join(map(sse.frame, events)))) == events


def test_a_frame_is_an_event_line_one_data_line_and_a_blank_line() -> None:
    assert sse.frame({"type": "error", "text": "a\nb"}) == b'event: error\ndata: {"type":"error","text":"a\\nb"}\n\n'


@given(st.lists(EVENTS, min_size=1, max_size=3), st.data())
def test_a_frame_cut_short_is_not_an_event(events: list[dict[str, str]], data: st.DataObject) -> None:
    whole = b"".join(map(sse.frame, events))
    cut = data.draw(st.integers(1, len(sse.frame(events[-1]))))
    assert list(sse.events(whole[:-cut])) == events[:-1]


def test_comments_other_fields_and_carriage_returns_are_passed_over() -> None:
    assert list(sse.events(b': hello\r\nid: 7\r\ndata: {"type":"a"}\r\n\r\ndata: [DONE]\n\n')) == [{"type": "a"}]


def test_a_chunk_of_a_chat_has_no_name_and_its_stream_an_end() -> None:
    assert sse.UNNAMED.frame({"type": "x"}) == b'data: {"type":"x"}\n\n'
    assert sse.UNNAMED.end == b"data: [DONE]\n\n"
    assert sse.END == {"type": "[DONE]"}
    assert (sse.NAMED.frame({"type": "x"}), sse.NAMED.end) == (b'event: x\ndata: {"type":"x"}\n\n', b"")


def test_data_on_several_lines_is_one_value() -> None:
    assert list(sse.events(b'data:{"type":\ndata:   "a"}\n\ndata:[DONE]\n\n')) == [{"type": "a"}]
    for spelled in (b"data:1\ndata:2\n\n", b'data: ~{"type":"a"}\n\n'):  # neither 12 nor anything but spaces left out
        with pytest.raises(ValueError, match=r".*"):
            list(sse.events(spelled))
