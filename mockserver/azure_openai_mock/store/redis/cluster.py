"""Speaking to a Redis Cluster: what is asked about a scope goes to the node that holds its slot."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from redis.crc import key_slot
from redis.exceptions import MovedError

from ..names import shown
from ..protocol import StoreUnavailable
from .lanes import Lanes

KEY_AT = {"EVALSHA": 3, "SADD": 1, "SREM": 1, "SMEMBERS": 1}
"""Where in a command its key stands."""


class Cluster:
    """The nodes of a cluster, found through the one that the URL names or any other that was once found."""

    def __init__(self, url: str, first: Lanes) -> None:
        self.name = shown(url)
        self._url = urlsplit(url)
        self._nodes = {self._url.netloc.rpartition("@")[2]: first}
        self._ranges: list[tuple[int, int, Lanes]] = []
        """First slot, last slot, and who holds them. Empty until somebody looked, and again when one is lost or a slot has moved."""

    async def ask(self, *command: Any) -> Any:
        """The answer to a command. Raises StoreUnavailable."""
        slot = key_slot(_bytes(command[KEY_AT[command[0]]]))
        try:
            return await (await self._holder(slot)).ask(*command)
        except StoreUnavailable as problem:
            self._ranges = []
            if not isinstance(problem.__cause__, MovedError):
                raise
        return await (await self._holder(slot)).ask(*command)  # one that moved was not done where it was asked

    async def close(self) -> None:
        """Finish what is under way and hang up."""
        for node in self._nodes.values():
            await node.close()

    async def _holder(self, slot: int) -> Lanes:
        if not self._ranges:
            await self._look()
        for first, last, node in self._ranges:
            if first <= slot <= last:
                return node
        raise StoreUnavailable(f"{self.name}: no node holds slot {slot}")

    async def _look(self) -> None:
        """Ask who holds which slots, those first that were not just lost."""
        for node in sorted(self._nodes.values(), key=lambda node: node.lost):
            try:
                told = await node.ask("CLUSTER", "SLOTS")
            except StoreUnavailable as problem:
                unheard = problem
            else:
                self._ranges = [(first, last, self._node(holder[0], holder[1])) for first, last, holder, *_ in told]
                return
        raise unheard

    def _node(self, host: bytes | None, port: int) -> Lanes:
        """The node at that address; without a host it is the one that told."""
        named = host.decode() if host else self._url.hostname or ""
        address = f"{f'[{named}]' if ':' in named else named}:{port}"
        if address not in self._nodes:
            credentials, at, _ = self._url.netloc.rpartition("@")
            self._nodes[address] = Lanes(self._url._replace(netloc=f"{credentials}{at}{address}").geturl())
        return self._nodes[address]


def _bytes(key: Any) -> bytes:
    return key if isinstance(key, bytes) else str(key).encode()
