"""Speaking to the engine: what is asked together travels together, on one of a few connections; an engine that is lost is told soon."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from ...world import monotonic
from ..names import shown
from ..protocol import StoreUnavailable
from .scripts import SCRIPTS

LANES = 4
"""Connections of a process. While all are busy, what is asked gathers, and the next free one takes all of it."""
PATIENCE = 1.2
"""Seconds until an engine that does not answer is lost."""
PAUSE = 0.25
"""Seconds after that in which nothing is asked: a request that has several questions waits for one of them alone."""

Command = tuple[Any, ...]
Asked = tuple["asyncio.Future[Any]", Command]


class Lanes:
    """Connections to one engine. `name` is its URL as people may see it: without user, password and options."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that leads nowhere, without repeating it: it may hold a password."""
        self.name = shown(url)
        try:
            self._pool = ConnectionPool.from_url(
                url, socket_timeout=None, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0), protocol=2
            )
            self._idle: list[AbstractConnection] = [self._pool.make_connection() for _ in range(LANES)]  # type: ignore[no-untyped-call]
        except (ValueError, TypeError):
            scheme = url.partition(":")[0]
            raise ValueError(f"{scheme}://… names no Redis: use redis://HOST:PORT/DB, rediss://… or unix:///PATH?db=N") from None
        self._waiting: list[Asked] = []
        self._busy: set[asyncio.Task[None]] = set()
        self._lost_until = 0.0
        self._why = ""

    def ask(self, *command: Any) -> asyncio.Future[Any]:
        """The answer to a command. Raises StoreUnavailable, now or by the future; then the command was not acknowledged."""
        if self.lost:
            raise StoreUnavailable(self._why)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._depart)
        self._waiting.append((answered, command))
        return answered

    @property
    def lost(self) -> bool:
        """Whether the engine was lost just now, and is left alone."""
        return monotonic() < self._lost_until

    async def close(self) -> None:
        """Finish what is under way and hang up."""
        while self._busy or self._waiting:
            await asyncio.gather(*self._busy, asyncio.sleep(0), return_exceptions=True)
        for connection in self._idle:
            await connection.disconnect()

    def _depart(self) -> None:
        if self._waiting and self._idle:
            batch, self._waiting = self._waiting, []
            task = asyncio.get_running_loop().create_task(self._travel(self._idle.pop(), batch))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def _travel(self, connection: AbstractConnection, batch: list[Asked]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                answers = await _answers(connection, [command for _, command in batch])
        except (RedisError, OSError, EOFError) as problem:
            self._lose(problem, batch)
        else:
            for (answered, _), answer in zip(batch, answers, strict=True):
                if not answered.done():
                    self._tell(answered, answer)
        finally:
            self._idle.append(connection)
            self._depart()

    def _tell(self, answered: asyncio.Future[Any], answer: Any) -> None:
        if isinstance(answer, ResponseError):
            refused = StoreUnavailable(f"{self.name}: {answer}")
            refused.__cause__ = answer
            answered.set_exception(refused)
        else:
            answered.set_result(answer)

    def _lose(self, problem: Exception, batch: list[Asked]) -> None:
        """Nobody waits any longer; whoever asks a moment later tries anew."""
        late = isinstance(problem, TimeoutError)
        self._why = f"{self.name}: {f'no answer within {PATIENCE:g} s' if late else problem}"
        self._lost_until = monotonic() + PAUSE
        waiting, self._waiting = self._waiting, []
        for answered, _ in (*batch, *waiting):
            if not answered.done():
                answered.set_exception(StoreUnavailable(self._why))


async def _answers(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    """What the engine says to each command, a ResponseError where it refuses one. Scripts that it has forgotten are taught anew."""
    if connection.is_connected and await connection.can_read():
        await connection.disconnect()  # nothing was asked: the engine has hung up
    await connection.connect()  # type: ignore[no-untyped-call]
    answers = await _conversed(connection, commands)
    forgotten = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
    if forgotten:
        await _conversed(connection, [("SCRIPT", "LOAD", script.text) for script in SCRIPTS.values()])
        again = await _conversed(connection, [commands[index] for index in forgotten])
        for index, answer in zip(forgotten, again, strict=True):
            answers[index] = answer
    return answers


async def _conversed(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    answers: list[Any] = []
    for _ in commands:
        try:
            answers.append(await connection.read_response())
        except ResponseError as refused:
            answers.append(refused)
    return answers
