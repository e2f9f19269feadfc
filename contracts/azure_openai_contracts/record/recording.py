"""A recording: what was heard so far, and the cassette that holds it, scrubbed, whole at every moment.

Exchanges stay in memory as they came; what is written has been scrubbed. The file is replaced as the recording grows, so that a power
cut costs a second's worth of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from .. import cassette, clock, scrub, sse
from ..cassette import Cassette, Provenance
from ..exchange import Exchange
from ..hear import Ear
from .known import provenance

BREATH: Final = 1.0
"""Seconds between two writes at least: scrubbing reads the whole recording."""
SHARE: Final = 20
"""How much longer than a write the pause after it is, so that a long recording does not slow down what passes."""


class Recording(Ear):
    """Hears exchanges and keeps them in a cassette. `tell` is given a line for each."""

    def __init__(self, path: Path | str, given: Provenance, tell: Callable[[str], None] = lambda line: None) -> None:
        super().__init__()
        self.path, self.given, self.tell = Path(path), given, tell
        self.written = 0
        self._news, self._ended = threading.Event(), threading.Event()
        self._writer = threading.Thread(target=self._keep, daemon=True)
        self._writer.start()

    def heard(self, exchange: Exchange) -> None:
        """Keep the exchange, unless there was no answer or the recording has ended."""
        if exchange.answer is None or self._ended.is_set():
            return
        super().heard(exchange)
        self.tell(f"  {told(exchange)}")
        self._news.set()

    def close(self) -> int:
        """Write what is not yet written; how many exchanges the cassette holds. Raises OSError or CassetteProblem."""
        self._ended.set()
        self._news.set()
        self._writer.join()
        self._write()
        return self.written

    def _keep(self) -> None:
        while not self._ended.is_set():
            self._news.wait()
            self._news.clear()
            began = clock.elapsed()
            try:
                self._write()
            except Exception as problem:  # noqa: BLE001 - whatever it is, the recording goes on, and the last write raises it
                self.tell(f"  cannot write {self.path}: {problem}; it is tried again")
            self._ended.wait(max(BREATH, SHARE * (clock.elapsed() - began)))

    def _write(self) -> None:
        exchanges = tuple(self.exchanges)
        if len(exchanges) > self.written:
            cassette.write_raw(clean(Cassette(exchanges, provenance(exchanges, self.given))), self.path)
            self.written = len(exchanges)


def clean(recorded: Cassette) -> dict[str, Any]:
    """The cassette as its file holds it: scrubbed, frames still at their times, sealed."""
    data = scrub.scrubbed(cassette.data_of(recorded))
    kept = [_timed(before, after) for before, after in zip(recorded.exchanges, data["interactions"], strict=True)]
    return cassette.sealed({**data, "interactions": kept})


def _timed(before: Exchange, after: Mapping[str, Any]) -> dict[str, Any]:
    """A stream's times as `[bytes, seconds]` by frame, for scrubbing changes lengths, and frames are what has a time."""
    answer = before.answer
    if answer is None or not answer.is_stream or not answer.times:
        return dict(after)
    body = after["response"]["body"]["string"]
    frames = sse.frames(body.encode() if isinstance(body, str) else body)
    if len(frames) != len(answer.frames):
        return dict(after)  # compressed, and so told by the piece
    sizes = ((was.at or 0.0, len(now.raw)) for was, now in zip(answer.frames, frames, strict=True))
    times = [[sum(size for _, size in group), round(at, 6)] for at, group in groupby(sizes, key=lambda pair: pair[0])]
    return {**after, "wire": {**after["wire"], "times": times}}


def told(exchange: Exchange) -> str:
    """The exchange in one line: what was asked, what came, how it went."""
    answer = exchange.answer
    if answer is None:
        return f"{exchange.request.method} {exchange.request.path}  no answer"
    took = f" in {answer.took:.1f} s" if answer.took is not None else ""
    amount = plural(len(answer.events), "event") if answer.is_stream else plural(len(answer.body), "byte")
    if answer.complete:
        how = f"{amount}{took}"
    elif exchange.notes.get("stopped"):
        how = f"the client left after {amount}; kept as a truncated answer"
    else:
        how = f"broke off after {amount}; kept as a truncated answer"
    return f"{exchange.request.method} {exchange.request.path}  {answer.status}  {how}"


def plural(count: int, noun: str) -> str:
    """`1 event`, `2 events`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
