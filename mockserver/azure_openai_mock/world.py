"""Everything that could differ between two runs: time, chance and identity. Nothing else imports `time`, `random`, `uuid` or `secrets`.

A scope has one `World`. Its clock may be moved or frozen by a test; its dice are a seeded sequence, so the same seed and the same
requests give the same bytes; its ids are minted from both.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")


class Clock:
    """A clock that can be advanced, set and frozen; whoever sleeps on it wakes when it is moved.

    `now()` is Unix seconds. `base` is the real clock underneath, replaced in tests by one that stands still.
    """

    def __init__(self, base: Callable[[], float] = time.time, *, offset: float = 0.0, frozen_at: float | None = None) -> None:
        self._base = base
        self._offset = offset
        self._frozen_at = frozen_at
        self._sleepers: set[asyncio.Future[None]] = set()

    @property
    def frozen(self) -> bool:
        """Whether time stands still until it is advanced."""
        return self._frozen_at is not None

    @property
    def sleeping(self) -> bool:
        """Whether anyone sleeps on it."""
        return bool(self._sleepers)

    def now(self) -> float:
        """Unix seconds on this clock."""
        return self._base() + self._offset if self._frozen_at is None else self._frozen_at

    def state(self) -> tuple[float, float | None]:
        """`(offset, frozen_at)`: all that another process needs to show the same time."""
        return self._offset, self._frozen_at

    def restore(self, offset: float, frozen_at: float | None) -> None:
        """Take over a state that `state` gave, perhaps in another process."""
        if (offset, frozen_at) != (self._offset, self._frozen_at):
            self._offset, self._frozen_at = offset, frozen_at
            self._wake()

    def advance(self, seconds: float) -> None:
        """Move the clock by that much; negative moves it back."""
        if self._frozen_at is None:
            self._offset += seconds
        else:
            self._frozen_at += seconds
        self._wake()

    def set(self, instant: float) -> None:
        """Make it `instant` (Unix seconds) now."""
        self.advance(instant - self.now())

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self._frozen_at = self.now()
        self._wake()

    def thaw(self) -> None:
        """Let a frozen clock run on from where it stands."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - self._base()
            self._frozen_at = None
            self._wake()

    async def sleep_until(self, due: float) -> None:
        """Return when `now() >= due`: at once if it is, and never on a frozen clock that nobody moves."""
        while (left := due - self.now()) > 0:
            loop = asyncio.get_running_loop()
            moved: asyncio.Future[None] = loop.create_future()
            timer = None if self.frozen else loop.call_later(left, _finish, moved)
            self._sleepers.add(moved)
            try:
                await moved
            finally:
                self._sleepers.discard(moved)
                if timer is not None:
                    timer.cancel()

    async def sleep(self, seconds: float) -> None:
        """Sleep for that long on this clock."""
        await self.sleep_until(self.now() + seconds)

    def _wake(self) -> None:
        for sleeper in tuple(self._sleepers):
            _finish(sleeper)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def real_sleep(seconds: float) -> None:
    """Sleep in real time, whatever a scope's clock says: for `stall` and `silence`."""
    await asyncio.sleep(seconds)


def instant_of(value: object) -> float:
    """Unix seconds of a number or an ISO 8601 text (UTC where it names no zone). Raises ValueError."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        raise ValueError(f"not an instant: {value!r} (give Unix seconds or ISO 8601)")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"not an instant: {value!r} (give Unix seconds or ISO 8601)") from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def utc_text(instant: float) -> str:
    """Unix seconds as Entra ID writes them: `2026-01-31 12:00:00Z`."""
    return moment_of(instant).strftime("%Y-%m-%d %H:%M:%SZ")


def moment_of(instant: float) -> datetime:
    """Unix seconds as a datetime in UTC, for libraries that want one."""
    return datetime.fromtimestamp(instant, UTC)


def monotonic() -> float:
    """Seconds for measuring how long something took; unrelated to any scope's clock."""
    return time.perf_counter()


def real_now() -> float:
    """Unix seconds in the real world: for tokens of client libraries, which refresh on real time."""
    return time.time()


class Dice:
    """A seeded sequence of draws. The same seed gives the same draws on every machine and Python version."""

    __slots__ = ("_count", "_key")

    def __init__(self, seed: bytes | int | str, *, count: int = 0) -> None:
        text = seed if isinstance(seed, bytes) else str(seed).encode()
        self._key = hashlib.blake2b(text, digest_size=32).digest()
        self._count = count

    def bits(self, size: int = 16) -> bytes:
        """The next `size` bytes (at most 64)."""
        self._count += 1
        return hashlib.blake2b(self._count.to_bytes(8, "big"), digest_size=size, key=self._key).digest()

    def integer(self, below: int) -> int:
        """A whole number in `[0, below)`."""
        return int.from_bytes(self.bits(16), "big") % below

    def chance(self) -> float:
        """A float in `[0, 1)`."""
        return (int.from_bytes(self.bits(8), "big") >> 11) / (1 << 53)

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, which may not be empty."""
        return options[self.integer(len(options))]

    def fork(self, name: str) -> Dice:
        """An independent sequence of that name: drawing from one does not move the other."""
        return Dice(hashlib.blake2b(name.encode(), digest_size=32, key=self._key).digest())


def uuid_of(draw: bytes) -> str:
    """16 drawn bytes as a version-4 UUID: the form of `apim-request-id` and `x-request-id`."""
    number = bytearray(draw)
    number[6] = number[6] & 0x0F | 0x40
    number[8] = number[8] & 0x3F | 0x80
    text = number.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def alphanumeric(draw: bytes, length: int) -> str:
    """`length` characters of base 62 from drawn bytes: the body of `call_…` and `file-…` ids."""
    number = int.from_bytes(draw, "big")
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        letters.append(_BASE62[digit])
    return "".join(letters)


@dataclass(frozen=True, slots=True)
class Minter:
    """Ids of one turn, all from the turn's seed, so that they are not stored.

    The form is the one on the wire since late 2025: `prefix_` + 16 hex shared by the whole chain + `00` + 8 hex Unix seconds +
    4 hex sub-second (a multiple of 4) + `81` and two digits + 16 random hex (recorded: 2,110 of 2,121).
    """

    chain: str
    seed: bytes
    created_at: float

    def id(self, prefix: str, index: int, *, after: float = 0.0) -> str:
        """The id of the turn's `index`-th thing (0 is the response itself), `after` seconds into the turn."""
        draw = hashlib.blake2b(index.to_bytes(8, "big"), digest_size=11, key=self.seed).digest()
        instant = self.created_at + after
        fraction = int((instant % 1) * 16384) * 4
        return f"{prefix}_{self.chain}00{int(instant) & 0xFFFFFFFF:08x}{fraction:04x}81{draw[0] % 100:02d}{draw[1:9].hex()}"

    def call_id(self, index: int) -> str:
        """`call_` and 24 alphanumerics, as recorded (630 of 633)."""
        return "call_" + alphanumeric(hashlib.blake2b(index.to_bytes(8, "big"), digest_size=24, key=self.seed, person=b"call").digest(), 24)

    def opaque(self, prefix: str, index: int, hexdigits: int) -> str:
        """An id of `hexdigits` random hex digits: containers, files and other things outside the chain."""
        draw = hashlib.blake2b(index.to_bytes(8, "big"), digest_size=(hexdigits + 1) // 2, key=self.seed, person=b"opaque").digest()
        return f"{prefix}_{draw.hex()[:hexdigits]}"


class World:
    """A scope's clock and dice. `World.fixed()` is the one for tests: a clock that stands still and known dice."""

    __slots__ = ("clock", "dice")

    def __init__(self, clock: Clock, dice: Dice) -> None:
        self.clock = clock
        self.dice = dice

    @classmethod
    def fixed(cls, seed: int = 0, *, at: float = 1_754_000_000.0) -> World:
        """A frozen clock at `at` and known dice."""
        return cls(Clock(frozen_at=at), Dice(seed))
