"""What a tool module offers. One module a tool type; `tools/__init__.py` lists them.

A module has up to three parts: `TOOL` (how it is declared and used), and for each item type that it brings an `engine.play.Kind`
(how the item is completed and told).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..engine.schema import Want
from ..wire.types import Item, Object
from ..world import Dice


@dataclass(frozen=True, slots=True)
class Ask:
    """What the offline model knows when it uses a tool.

    `text` is the newest user text; `items` the whole context, oldest first; `dice` the turn's own; `includes` what the request
    asked to include; `tools` every declared tool (echoed form); `want` which of the values that satisfy a schema is said.
    """

    text: str
    dice: Dice
    items: Sequence[Item] = ()
    includes: frozenset[str] = frozenset()
    tools: Sequence[Object] = ()
    found: Mapping[str, object] = field(default_factory=dict)
    want: Want = "typical"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool type.

    `check(spec, at)` raises a Refusal with `param` at or under `at` for a defective declaration.
    `echo(spec)` is the declaration as the service answers it: defaults filled in, in the recorded key order.
    `use(spec, ask)` is what the model says when it uses the tool: output items without ids, ending with those that the client must
    answer, or with a message that uses what a hosted tool found. Everything it says satisfies the tool's own schema.
    `answered_by` are the input item types by which a client answers its calls; empty for hosted tools.
    """

    check: Callable[[Object, str], None]
    echo: Callable[[Object], Object]
    use: Callable[[Object, Ask], list[Item]]
    answered_by: frozenset[str] = frozenset()
