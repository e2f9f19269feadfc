"""What a fault may use of the world: given to it for one answer, so that faults know no clock, no chance and no error's bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..wire.frames import Head
from ..wire.types import Event
from ..world import Dice

LONG = 86_400.0
"""Seconds of one stall of those that wait for ever: event loops cannot sleep infinitely."""


class Render(Protocol):
    """Gives the head and body of a refusal: by the key of an error row, or by a status for that status' usual row."""

    def __call__(self, key: str | int, /, **fields: Any) -> tuple[Head, bytes]: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """One answer's surroundings.

    `sleep(seconds)` is on the scope's clock, `stall(seconds)` in real time. `dice` are this answer's own. `streaming` says what the
    client asked for. `stream_error(key)` is the `error` event of an error row, its sequence number left to the fault.
    `client_timeout` is what the client announced, in seconds.
    """

    sleep: Callable[[float], Awaitable[None]]
    stall: Callable[[float], Awaitable[None]]
    dice: Dice
    streaming: bool
    render: Render
    stream_error: Callable[[str], Event]
    client_timeout: float | None = None

    async def for_ever(self) -> None:
        """Wait in real time until the client is gone and this is cancelled."""
        while True:
            await self.stall(LONG)
