"""Every fault, on a small stream and a small body."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from azure_openai_mock.faults import FAULTS, read_one
from azure_openai_mock.wire.frames import Chunk, Head, Reset


def chunks(play) -> list[Chunk]:
    return [frame for frame in play.frames if isinstance(frame, Chunk)]


def whole(theatre, play, *, streaming=True) -> bool:
    return play.data == theatre.play("noop", streaming=streaming).data and play.reset is None


def test_noop_changes_nothing(theatre):
    for streaming in (True, False):
        assert theatre.play("noop", streaming=streaming).frames == theatre.play([], streaming=streaming).frames


def test_refuse_never_pulls_and_answers_in_the_errors_own_bytes(theatre):
    play = theatre.play("rate_limited;retry_after=1.5")
    assert play.pulled == 0
    assert play.head.status == 429
    assert (play.head.header("retry-after"), play.head.header("retry-after-ms")) == ("2", "1500")
    assert "error" in json.loads(play.data)


def test_refuse_by_status_gives_that_status_with_a_usual_body(theatre):
    for status in (404, 408, 409, 429, 500, 503, 529):
        play = theatre.play(f"refuse;status={status}")
        assert play.head.status == status
        assert json.loads(play.data)


def test_refuse_sets_and_takes_away_headers(theatre):
    setup = read_one("refuse", {"key": "rate_limited", "headers": {"Retry-After": None, "X-Should-Retry": "false"}})
    play = theatre.play([setup])
    assert play.head.header("retry-after") is None
    assert play.head.header("x-should-retry") == "false"


def test_delay_waits_on_the_scopes_clock_before_anything_is_done(theatre):
    play = theatre.play("delay;for=2s")
    assert (play.slept, play.stalled) == ([2.0], [])
    assert whole(theatre, play)


@pytest.mark.parametrize("after", [0, 1, 6, 12])
def test_stall_stops_in_real_time_right_behind_the_event_and_goes_on(theatre, after):
    play = theatre.play(f"stall;after={after};for=3s")
    assert (play.slept, play.stalled) == ([], [3.0])
    assert whole(theatre, play)


def test_stall_does_not_wait_for_the_next_event(theatre):
    """It is in force before the event behind it is pulled, which may be due much later."""
    play = theatre.play("stall;after=3;for=100000")
    assert play.gone
    assert play.pulled == 1 + 3


def test_slow_first_token_waits_before_the_first_delta_only(theatre):
    play = theatre.play("slow_first_token;for=4s")
    assert play.slept == [4.0]
    assert whole(theatre, play)
    assert theatre.play("slow_first_token;for=4s", streaming=False).slept == [4.0]


def test_trickle_sends_the_same_bytes_a_few_at_a_time(theatre):
    play = theatre.play("trickle;bytes=3;pause=1ms")
    assert whole(theatre, play)
    assert max(len(chunk.data) for chunk in chunks(play)) == 3
    assert play.slept == [0.001] * len(chunks(play))


@pytest.mark.parametrize("after", range(14))
@pytest.mark.parametrize("name, hard", [("cut", False), ("reset", True)])
def test_cut_and_reset_end_the_connection_right_behind_the_event(theatre, name, hard, after):
    play = theatre.play(f"{name};after={after}")
    assert play.types == [event["type"] for event in theatre.events[:after]]
    assert play.frames[-1] == Reset(hard=hard)
    assert play.pulled == 1 + after, "what comes behind is never pulled"
    assert play.closed


def test_an_answer_shorter_than_the_place_is_whole(theatre):
    for name in ("cut", "reset", "stall", "error_event"):
        assert whole(theatre, theatre.play(f"{name};after=1000"))


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("octets", [0, 1, 7, 60])
def test_cut_counts_body_bytes(theatre, octets, streaming):
    play = theatre.play(f"cut;after_bytes={octets}", streaming=streaming)
    assert play.data == theatre.play("noop", streaming=streaming).data[:octets]
    assert play.frames[-1] == Reset(hard=False)


def test_after_events_means_before_a_body_that_is_no_stream(theatre):
    play = theatre.play("cut;after=6", streaming=False)
    assert [type(frame) for frame in play.frames] == [Head, Reset]


def test_truncate_json_leaves_a_good_transfer_around_bad_json(theatre):
    play = theatre.play("truncate_json;keep=0.7", streaming=False)
    assert play.head.header("content-length") == str(len(play.data))
    assert play.data.decode()
    with pytest.raises(ValueError):
        json.loads(play.data)


@pytest.mark.parametrize("keep", [0, 0.3, 0.99])
def test_truncate_json_tears_one_event_of_a_stream(theatre, keep):
    play = theatre.play(f"truncate_json;keep={keep}")
    frames = play.data.split(b"\n\n")
    good = theatre.play("noop").data.split(b"\n\n")
    assert len(frames) == len(good)
    assert frames[:-2] == good[:-2]
    torn = frames[-2].split(b"\n")[1].removeprefix(b"data: ")
    with pytest.raises(ValueError):
        json.loads(torn or b"{")


@pytest.mark.parametrize("streaming", [True, False])
def test_garble_keeps_lengths_and_frames(theatre, streaming):
    play, good = theatre.play("garble;bytes=5", streaming=streaming), theatre.play("noop", streaming=streaming)
    assert len(play.data) == len(good.data)
    assert play.data.count(b"\n") == good.data.count(b"\n")
    assert sum(one != other for one, other in zip(play.data, good.data, strict=True)) in range(1, 6)
    with pytest.raises(UnicodeDecodeError):
        play.data.decode()


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("by", [-20, -1, 1, 20])
def test_wrong_length_promises_other_bytes_than_follow_and_closes(theatre, by, streaming):
    play = theatre.play(f"wrong_length;by={by}", streaming=streaming)
    assert int(play.head.header("content-length")) == len(play.data) + by
    assert play.reset == Reset(hard=False)


@pytest.mark.parametrize("at", ["character", "field", "1", "7"])
@pytest.mark.parametrize("streaming", [True, False])
def test_split_sends_the_same_bytes_in_other_pieces(theatre, at, streaming):
    play = theatre.play(f"split={at}", streaming=streaming)
    assert whole(theatre, play, streaming=streaming)
    assert len(chunks(play)) > len(chunks(theatre.play("noop", streaming=streaming)))


def test_split_cuts_inside_a_character(theatre):
    pieces = [chunk.data for chunk in chunks(theatre.play("split=character"))]
    broken = 0
    for piece in pieces:
        try:
            piece.decode()
        except UnicodeDecodeError:
            broken += 1
    assert broken >= 2


def test_split_cuts_inside_field_names(theatre):
    pieces = [chunk.data for chunk in chunks(theatre.play("split=field"))]
    assert pieces[0] == b"ev"
    assert any(piece.endswith(b"\nda") for piece in pieces)


@pytest.mark.parametrize("count, largest", [("2", 2), ("5", 5), ("all", 100)])
def test_merge_sends_several_frames_in_one_piece(theatre, count, largest):
    play = theatre.play(f"merge={count}")
    assert whole(theatre, play)
    assert max(chunk.data.count(b"\n\n") for chunk in chunks(play)) == min(largest, len(theatre.events))


def test_crlf_changes_line_ends_and_nothing_else(theatre):
    play = theatre.play("crlf")
    assert b"\n" not in play.data.replace(b"\r\n", b"")
    assert play.events == theatre.events
    assert whole(theatre, theatre.play("crlf", streaming=False), streaming=False)


def test_comments_stand_between_the_same_events(theatre):
    play = theatre.play("comment=still here")
    assert play.events == theatre.events
    assert play.data.count(b": still here\n\n") == len(theatre.events)
    assert theatre.play("comment;every=5").data.count(b": ping") == len(theatre.events) // 5


def test_drop_loses_events_of_a_type(theatre):
    play = theatre.play("drop=response.completed")
    assert play.events == theatre.events[:-1]
    assert play.reset is None
    only = theatre.play("drop;event=*.delta;nth=2").events
    assert only == [event for event in theatre.events if event is not theatre.events[4]]


def test_double_repeats_an_event(theatre):
    events = theatre.play("double;event=*.delta;nth=1").events
    assert events == [*theatre.events[:4], *theatre.events[3:]]


def test_swap_exchanges_an_event_and_its_follower(theatre):
    events = theatre.play("swap=response.in_progress").events
    assert events == [theatre.events[0], theatre.events[2], theatre.events[1], *theatre.events[3:]]
    assert theatre.play("swap=response.completed").events == theatre.events


def test_no_terminal_ends_in_good_order_without_a_last_word(theatre):
    play = theatre.play("no_terminal")
    assert play.events == theatre.events[:-1]
    assert play.reset is None


@pytest.mark.parametrize("how", ["skip", "repeat", "restart", "missing"])
def test_wrong_sequence_touches_numbers_only(theatre, how):
    events = theatre.play(f"wrong_sequence;how={how};after=3").events
    assert [{**event, "sequence_number": 0} for event in events] == [{**event, "sequence_number": 0} for event in theatre.events]
    numbers = [event.get("sequence_number") for event in events]
    assert numbers[:3] == [0, 1, 2]
    assert numbers[3:5] == {"skip": [4, 5], "repeat": [2, 3], "restart": [0, 1], "missing": [None, None]}[how]


def test_keepalive_takes_a_number_and_leaves_them_contiguous(theatre):
    events = theatre.play("keepalive;after=2").events
    assert events[2] == {"type": "keepalive", "sequence_number": 2}
    assert [event["sequence_number"] for event in events] == list(range(len(theatre.events) + 1))
    often = theatre.play("keepalive;after=1;every=3").events
    assert all(later["sequence_number"] - earlier["sequence_number"] == 1 for earlier, later in pairwise(often))
    assert sum(event["type"] == "keepalive" for event in often) > 3


def test_html_page_is_a_proxys_and_nothing_is_done(theatre):
    play = theatre.play("html_page=504")
    assert play.pulled == 0
    assert (play.head.status, play.head.header("content-type")) == (504, "text/html")
    assert b"<h1>504 Gateway Timeout</h1>" in play.data
    assert play.head.header("content-length") == str(len(play.data))


def test_redirect_names_another_place_and_nothing_is_done(theatre):
    play = theatre.play("redirect;to=/elsewhere")
    assert play.pulled == 0
    assert (play.head.status, play.head.header("location"), play.data) == (307, "/elsewhere", b"")


def test_headers_only_does_the_work_and_leaves_the_client_waiting(theatre):
    play = theatre.play("headers_only")
    assert play.gone
    assert play.pulled == 1 + len(theatre.events)
    assert [type(frame) for frame in play.frames] == [Head]


def test_silence_does_the_work_and_says_nothing(theatre):
    play = theatre.play("silence")
    assert play.gone
    assert play.closed
    assert play.pulled == 1 + len(theatre.events)
    assert play.frames == []


@pytest.mark.parametrize("announced, given, waits", [(None, "late", 5.0), (20.0, "late", 20.5), (20.0, "late=3s", 3.0)])
def test_late_answers_whole_after_the_clients_timeout(theatre, announced, given, waits):
    play = theatre.play(given, client_timeout=announced)
    assert play.stalled == [waits]
    assert whole(theatre, play)


def test_error_event_ends_a_stream_with_the_nested_form(theatre):
    play = theatre.play("error_event;after=5;key=no_capacity")
    assert play.events[:5] == theatre.events[:5]
    last = play.events[-1]
    assert (last["type"], last["sequence_number"], last["error"]["code"]) == ("error", 5, "no_capacity")
    assert play.reset is None


def test_error_event_takes_the_place_of_a_body_after_the_work(theatre):
    play = theatre.play("error_event;key=server_error", streaming=False)
    assert play.pulled == 2
    assert play.head.status == 500


def test_unheard_does_everything_and_resets_before_the_head(theatre):
    play = theatre.play("unheard")
    assert play.frames == [Reset(hard=True)]
    assert play.pulled == 1 + len(theatre.events)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_is_named_described_and_sourced(name):
    kind = FAULTS[name]
    assert name == kind.NAME
    assert kind.ABOUT
    assert kind.SOURCE
    assert kind.CONFIDENCE in ("recorded", "documented", "observed", "assumed")


def test_answer_stands_in_place_of_the_answer_to_the_letter(theatre):
    play = theatre.play(
        [read_one("answer", {"status": 418, "body": "short  and\tstout", "headers": {"Content-Type": "text/plain", "x-pot": "1"}})]
    )
    assert (play.pulled, play.head.status, play.data) == (0, 418, b"short  and\tstout")
    assert (play.head.header("content-type"), play.head.header("x-pot"), play.head.header("content-length")) == ("text/plain", "1", "16")
    assert json.loads(theatre.play([read_one("answer", {"body": {"a": [1]}})]).data) == {"a": [1]}
