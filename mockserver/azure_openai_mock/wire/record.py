"""Records that requests are made of: values that nobody changes, which is for the type checker to see to.

A frozen dataclass pays for every field of every instance with a call of its own, at run time, to guard what the type checker has judged
already. For the twenty that one answer takes this was a seventh of the handler's time (see docs/performance.md), so they are checked once,
before they run. Everything that is not made anew with each request is a frozen dataclass as usual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen: bool, slots: bool):
        """`dataclasses.dataclass` with hashing by value, without the guard."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["record"]
