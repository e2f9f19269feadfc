"""A small stage: one stream, one body, and a play that notes every wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from azure_openai_mock.azure import errors
from azure_openai_mock.faults import Fault, Setup, Stage, chain, from_header
from azure_openai_mock.wire import json, sse
from azure_openai_mock.wire.frames import Chunk, Frame, Frames, Head, Reset
from azure_openai_mock.wire.refusal import Refusal
from azure_openai_mock.wire.types import Event
from azure_openai_mock.world import Dice

TEXT = "Grüße, 世界"


class Gone(Exception):
    """The client left while the answer was silent."""


def stream_events() -> list[Event]:
    """A short stream, its numbers contiguous."""
    kinds: list[dict[str, Any]] = [
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}},
        {"type": "response.in_progress", "response": {"id": "resp_1", "status": "in_progress"}},
        {"type": "response.output_item.added", "item": {"id": "msg_1"}, "output_index": 0},
        *({"type": "response.output_text.delta", "delta": letter, "output_index": 0} for letter in TEXT),
        {"type": "response.output_text.done", "text": TEXT, "output_index": 0},
        {"type": "response.output_item.done", "item": {"id": "msg_1"}, "output_index": 0},
        {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(kinds)]


EVENTS = stream_events()
BODY = json.pretty({"id": "resp_1", "status": "completed", "text": TEXT})


@dataclass
class Play:
    """What happened while an answer was told."""

    frames: list[Frame] = field(default_factory=list)
    pulled: int = 0
    closed: bool = False
    slept: list[float] = field(default_factory=list)
    stalled: list[float] = field(default_factory=list)
    gone: bool = False

    @property
    def head(self) -> Head | None:
        return next((frame for frame in self.frames if isinstance(frame, Head)), None)

    @property
    def data(self) -> bytes:
        return b"".join(frame.data for frame in self.frames if isinstance(frame, Chunk))

    @property
    def reset(self) -> Reset | None:
        return next((frame for frame in self.frames if isinstance(frame, Reset)), None)

    @property
    def events(self) -> list[Event]:
        """What a client's parser reads from the bytes."""
        return list(sse.events(self.data))

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


class Theatre:
    """Plays answers through faults."""

    events = EVENTS
    body = BODY
    text = TEXT

    def setups(self, text: str) -> tuple[Setup, ...]:
        return from_header(text)

    def stage(self, play: Play, *, seed: int = 0, client_timeout: float | None = None) -> Stage:
        async def sleep(seconds: float) -> None:
            play.slept.append(seconds)

        async def stall(seconds: float) -> None:
            play.stalled.append(seconds)
            if seconds >= 10_000:
                raise Gone

        def render(key: str | int, /, **fields: Any) -> tuple[Head, bytes]:
            status = key if isinstance(key, int) else None
            refusal = Refusal(errors.key_for_status(key) if isinstance(key, int) else key, **fields)
            done = errors.render(refusal, status=status)
            return Head(done.status, (*done.headers, ("content-length", str(len(done.body)))), done.reason), done.body

        return Stage(
            sleep, stall, Dice(seed), streaming=True, render=render, stream_error=errors.stream_error, client_timeout=client_timeout
        )

    async def _source(self, play: Play, *, streaming: bool) -> Frames:
        try:
            play.pulled += 1
            if streaming:
                yield Head(200, (("content-type", "text/event-stream; charset=utf-8"),))
                for event in EVENTS:
                    play.pulled += 1
                    yield Chunk(sse.frame(event), event)
            else:
                yield Head(200, (("content-type", "application/json"), ("content-length", str(len(BODY)))))
                play.pulled += 1
                yield Chunk(BODY)
        finally:
            play.closed = True

    def play(self, given: str | Sequence[Setup], *, streaming: bool = True, seed: int = 0, client_timeout: float | None = None) -> Play:
        """The answer through these faults, the first innermost."""
        setups = self.setups(given) if isinstance(given, str) else given
        play = Play()
        stage = self.stage(play, seed=seed, client_timeout=client_timeout)
        fault: Fault = chain([setup(stage) for setup in setups])

        async def run() -> None:
            frames = fault(self._source(play, streaming=streaming))
            try:
                async for frame in frames:
                    play.frames.append(frame)
            except Gone:
                play.gone = True
            finally:
                await frames.aclose()  # type: ignore[attr-defined]

        asyncio.run(run())
        return play


@pytest.fixture(scope="session")
def theatre() -> Theatre:
    return Theatre()
