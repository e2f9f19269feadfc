"""`apply_patch`: a change to a file that the client makes. The diff streams; a deletion has none."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration
from .shape import begun, laid_out, tell_whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, operation {type, path, diff}."""
    call_id = item.get("call_id") or mint.call_id()
    return laid_out({**item, "call_id": call_id}, mint, "apc", status="completed", operation={"type": "delete_file", "path": ""})


def tell(item: Item, emit: Emit) -> None:
    """Added with an empty diff, the diff as deltas, then whole."""
    operation = item["operation"]
    diff = operation.get("diff")
    if diff is None:
        emit.added(begun(item))
    else:
        emit.added(begun(item, operation={**operation, "diff": ""}))
        emit.deltas("apply_patch_call_operation_diff.delta", diff)
        emit.event("apply_patch_call_operation_diff.done", diff=diff)
    emit.done(item)


ITEM = Kind(complete, tell)
OUTPUT = Kind(lambda item, mint: laid_out(item, mint, "apc", status="completed"), tell_whole)
"""An output is never in progress (client library types)."""


def use(spec: Object, ask: Ask) -> list[Item]:
    """A small file is created; the client makes it, or not."""
    return [{"type": "apply_patch_call", "operation": {"type": "create_file", "path": "hello.txt", "diff": "+hello\n"}}]


TOOL = Tool(declaration.check, declaration.echo, use, frozenset({"apply_patch_call_output"}))
