"""`shell` and `local_shell`: commands for the client, or for a container, to run. Nothing is run here."""

from __future__ import annotations

from ..engine.play import Emit, Kind, Mint
from ..wire.types import Item, Object
from . import declaration
from .shape import begun, laid_out, tell_running, whole
from .tool import Ask, Tool


def complete(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action {commands, max_output_length, timeout_ms}, call_id, environment."""
    action = {"commands": [], "max_output_length": None, "timeout_ms": None, **(item.get("action") or {})}
    call_id = item.get("call_id") or mint.call_id()
    return laid_out({**item, "action": action, "call_id": call_id}, mint, "sh", status="completed", environment=None)


def tell(item: Item, emit: Emit) -> None:
    """Command by command: added empty, deltas, whole."""
    emit.added(begun(item, action={**item["action"], "commands": []}))
    for index, command in enumerate(item["action"]["commands"]):
        emit.event("shell_call_command.added", command="", command_index=index)
        emit.deltas("shell_call_command.delta", command, command_index=index)
        emit.event("shell_call_command.done", command=command, command_index=index)
    emit.done(item)


def complete_output(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, call_id, max_output_length, output [{outcome, stderr, stdout}]."""
    call_id = item.get("call_id") or mint.call_id()
    return laid_out({**item, "call_id": call_id}, mint, "sho", status="completed", max_output_length=None, output=[])


def tell_output(item: Item, emit: Emit) -> None:
    """Command by command: what it wrote in one delta, then its whole output."""
    emit.added(begun(item, output=[]))
    for index, output in enumerate(item["output"]):
        emit.delta("shell_call_output_content.delta", _written(output), command_index=index)
        emit.event("shell_call_output_content.done", command_index=index, output=[output])
    emit.done(item)


def _written(output: Object) -> Object:
    return {stream: output[stream] for stream in ("stderr", "stdout") if output.get(stream)} or {"stdout": ""}


def complete_local(item: Item, mint: Mint) -> Item:
    """Keys: id, type, status, action {type: exec, command, env, …}, call_id."""
    action = {"type": "exec", "command": [], "env": {}, **(item.get("action") or {})}
    call_id = item.get("call_id") or mint.call_id()
    return laid_out({**item, "action": action, "call_id": call_id}, mint, "lsh", status="completed")


ITEM = Kind(complete, tell)
OUTPUT = Kind(complete_output, tell_output)
LOCAL = Kind(complete_local, tell_running)
LOCAL_OUTPUT = whole("lsh", status="completed", output="")


def use(spec: Object, ask: Ask) -> list[Item]:
    """A harmless command for the client to run."""
    action = {"commands": ["echo hello"], "max_output_length": None, "timeout_ms": None}
    return [{"type": "shell_call", "action": action, "environment": spec.get("environment")}]


def use_local(spec: Object, ask: Ask) -> list[Item]:
    """The same for the older local shell."""
    action: Object = {"type": "exec", "command": ["echo", "hello"], "env": {}, "timeout_ms": None, "user": None, "working_directory": None}
    return [{"type": "local_shell_call", "action": action}]


TOOL = Tool(declaration.check, declaration.echo, use, frozenset({"shell_call_output"}))
LOCAL_TOOL = Tool(declaration.check, declaration.echo, use_local, frozenset({"local_shell_call_output"}))
