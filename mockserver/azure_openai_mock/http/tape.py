"""Listens to what leaves for one request and records it; changes nothing."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from ..service.recording import Recording
from ..world import monotonic
from .respond import Send, Wire


class Tape:
    """A `send` that a recording hears."""

    __slots__ = ("_began", "_send", "recording")

    def __init__(self, send: Send, began: float) -> None:
        self._send = send
        self._began = began
        self.recording = Recording()

    def now(self) -> float:
        """Seconds since the request began."""
        return monotonic() - self._began

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Pass the message on, and record it."""
        recording = self.recording
        if message["type"] == "http.response.body":
            if body := message.get("body"):
                recording.add(monotonic() - self._began, body)
            if not message.get("more_body"):
                recording.finish(monotonic() - self._began, "whole")
        elif message["type"] == "http.response.start":
            recording.begin(monotonic() - self._began, message["status"], message["headers"])
        await self._send(message)


def taped(wire: Wire | None, tape: Tape) -> Wire | None:
    """The wire, heard by the tape."""
    return TapedWire(wire, tape) if wire is not None else None


class TapedWire:
    """A wire whose breaks are recorded."""

    __slots__ = ("_tape", "_wire")

    def __init__(self, wire: Wire, tape: Tape) -> None:
        self._wire = wire
        self._tape = tape

    def reset(self) -> None:
        """End the connection with RST."""
        self._tape.recording.finish(self._tape.now(), "reset")
        self._wire.reset()

    def cut(self) -> None:
        """End the connection with FIN, the body unfinished."""
        self._tape.recording.finish(self._tape.now(), "cut")
        self._wire.cut()

    def reason(self, phrase: str) -> None:
        """The phrase on the status line that is about to be sent."""
        self._wire.reason(phrase)

    def write(self, data: bytes) -> None:
        """Body bytes beyond the promised length."""
        self._tape.recording.add(self._tape.now(), data)
        self._wire.write(data)

    def hold(self) -> None:
        """Keep what is sent from here on."""
        self._wire.hold()

    def release(self) -> None:
        """Send what was kept."""
        self._wire.release()
