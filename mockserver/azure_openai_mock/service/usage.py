"""What a turn weighs. The whole chain is counted as input, every turn again; caching is a discount in `cached_tokens`, never less input."""

from __future__ import annotations

from ..wire.record import record
from ..wire.types import Object

CACHE_FROM = 1024
"""Tokens from which on the service caches a prefix (documented)."""
CACHE_STEP = 128
"""Tokens by which a cached prefix grows (documented)."""
REASONING_STEP = 64
"""Reasoning tokens come in multiples of 64 (recorded)."""
REASONING_OF_EFFORT = {"none": 0, "minimal": 0, "low": 64, "medium": 128, "high": 256, "xhigh": 512, "max": 1024}


@record(frozen=True, slots=True)
class Weight:
    """Tokens of one turn. `sent` is the client's own input, `carried` the chain's context before it, `fixed` instructions and tools."""

    sent: int
    carried: int
    fixed: int
    output: int
    reasoning: int = 0
    exact: bool = False

    @property
    def input(self) -> int:
        """All that is counted as input."""
        return self.sent + self.carried + self.fixed

    @property
    def cached(self) -> int:
        """The cached part of the input: the carried prefix, in the service's steps."""
        prefix = min(self.carried, self.input)
        return prefix // CACHE_STEP * CACHE_STEP if prefix >= CACHE_FROM else 0

    def usage(self, *, cache_writes: bool) -> Object:
        """The `usage` object; `cache_write_tokens` where the profile has it."""
        details: Object = {"cache_write_tokens": 0} if cache_writes else {}
        output = self.output + self.reasoning
        return {
            "input_tokens": self.input,
            "input_tokens_details": {**details, "cached_tokens": self.cached},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": self.reasoning},
            "total_tokens": self.input + output,
        }

    def journal(self) -> Object:
        """What chaining saves and what it does not: less sent, not less counted."""
        return {
            "sent": self.sent,
            "context": self.carried,
            "counted": self.input,
            "cached": self.cached,
            "output": self.output + self.reasoning,
            "exact": self.exact,
        }
