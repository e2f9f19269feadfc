"""The kit's reading of server-sent events, as the standard says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_openai_contracts.sse import Frame, Splitter, frame_of, frames

STREAMS = st.lists(
    st.sampled_from([b"data: a", b"event: x", b": c", b"\n", b"\r\n", b"\r", b"\n\n", b"id: 1", b"data:", b"\xff"]), max_size=12
)


@pytest.mark.parametrize("blank", [b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n"])
def test_a_blank_line_ends_a_frame_however_lines_end(blank: bytes) -> None:
    one, two = frames(b"data: a" + blank + b"data: b" + blank)
    assert (one.data, two.data) == ("a", "b")
    assert one.raw == b"data: a" + blank
    assert one.whole
    assert two.whole


def test_a_frame_has_its_name_and_its_lines_joined() -> None:
    frame = frame_of(b"event: x\ndata: a\ndata:b\ndata:  c\nid: 7\nretry\n\n")
    assert (frame.event, frame.data) == ("x", "a\nb\n c")
    assert not frame.is_comment


def test_the_last_name_counts() -> None:
    assert frame_of(b"event: a\nevent: b\ndata: x\n\n").event == "b"


@pytest.mark.parametrize("raw", [b": ping\n\n", b"id: 1\n\n", b"\n\n", b"event: x\n\n", b":data: x\n\n"])
def test_what_has_no_data_says_nothing(raw: bytes) -> None:
    assert frame_of(raw).is_comment
    assert frame_of(raw).json() is None


@pytest.mark.parametrize(("data", "value"), [("{}", {}), ('{"a": 1}', {"a": 1}), ("[1]", None), ("[DONE]", None), ("{", None), ("", None)])
def test_only_an_object_is_one(data: str, value: object) -> None:
    assert Frame(b"", data=data).json() == value


def test_an_empty_data_line_is_data() -> None:
    frame = frame_of(b"data\n\n")
    assert frame.data == ""
    assert not frame.is_comment


def test_the_rest_of_a_broken_stream_is_not_whole() -> None:
    whole, cut = frames(b"data: a\n\ndata: b\n")
    assert (whole.whole, cut.whole) == (True, False)
    assert cut.data == "b"
    assert list(Splitter().close()) == []
    assert Frame(b"data: a\n\n", data="a").whole


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert frame_of(b"data: \xff\n\n").data == "\ufffd"


def test_a_frame_is_as_old_as_its_last_byte() -> None:
    data = b"data: a\n\ndata: b\n\ndata: c\n\ndata: d"
    read = frames(data, [(4, 0.5), (9, 1.0), (20, 2.0)])
    assert [(frame.data, frame.at) for frame in read] == [("a", 1.0), ("b", 2.0), ("c", 2.0), ("d", 2.0)]
    assert [frame.at for frame in frames(data)] == [None] * 4


def test_a_line_that_may_go_on_is_waited_for() -> None:
    splitter = Splitter()
    assert list(splitter.feed(b"data: a\r\n\r")) == []
    assert [frame.raw for frame in splitter.feed(b"\ndata: b\r\n\r\n")] == [b"data: a\r\n\r\n", b"data: b\r\n\r\n"]


def test_two_returns_may_be_the_beginning_of_more_where_lines_end_in_line_feeds() -> None:
    mixed = Splitter()
    assert [frame.data for frame in mixed.feed(b"data: a\n\ndata: b\r\r")] == ["a"]
    assert [frame.data for frame in mixed.feed(b"data: c\n\n")] == ["b", "c"]
    assert [frame.data for frame in Splitter().feed(b"data: a\r\r")] == ["a"]
    assert [frame.data for frame in Splitter().feed(b"data: a\n\n")] == ["a"]
    assert [frame.data for frame in Splitter().feed(b"data: a\r\rdata: b\n")] == ["a"]


@given(STREAMS, st.data())
def test_no_byte_is_lost_however_it_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    place = data.draw(st.integers(0, len(stream)))
    splitter = Splitter()
    read = [*splitter.feed(stream[:place]), *splitter.feed(stream[place:]), *splitter.close()]
    assert b"".join(frame.raw for frame in read) == stream
    assert all(frame.whole for frame in read[:-1])
