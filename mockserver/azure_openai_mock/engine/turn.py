"""What is to be told: one answer, small enough to be a row, complete enough to be played again to the same bytes."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from ..wire.record import record
from ..wire.types import Item, Object, Response

PLAY_VERSION = 1
"""The version of `play` that tells a stored turn. A change that would tell old turns differently takes a new number and a migration."""


@record(frozen=True, slots=True)
class Pace:
    """When events are due, in seconds on the scope's clock. All zero: at once.

    `queued` is how long a background run waits, `first_token` from the start to the first item, `per_token` between deltas.
    `total`, where given, stretches or shrinks the run to that length.
    """

    queued: float = 0.0
    first_token: float = 0.0
    per_token: float = 0.0
    total: float | None = None


@record(frozen=True, slots=True)
class Ending:
    """How the turn ends, where not by `completed`.

    `incomplete` is the reason of `response.incomplete`. `failed` says that it fails: with the nested `error` event's object and
    the response's `{code, message}`, either of which may be None, after `after` events (by default before the first item).
    """

    incomplete: str | None = None
    failed: bool = False
    event: Object | None = None
    error: Object | None = None
    after: int | None = None


AT_ONCE = Pace()
WHOLE = Ending()
"""The turn is told to its end."""


@record(frozen=True, slots=True)
class Turn:
    """One answer of the model.

    `envelope` is the response as its `created` event shows it (`status` in_progress or queued). `closing` is what the terminal
    event changes besides status, output and times: usage, service tier, content filters. `said` are output items in the API's
    shape; ids are minted where absent. `cut` is the moment (seconds after `created_at`) at which the run was cancelled. `resource` names
    who says it, where something in it is for that resource alone.
    """

    envelope: Response
    said: tuple[Item, ...]
    chain: str
    seed: bytes
    created_at: float
    closing: Object = field(default_factory=dict)
    ending: Ending = WHOLE
    pace: Pace = AT_ONCE
    background: bool = False
    obfuscate: bool = False
    cut: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    resource: str = ""
