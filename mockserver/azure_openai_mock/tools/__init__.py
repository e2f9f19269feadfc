"""Every output item type that is told, and every tool type that may be declared: two visible lists."""

from __future__ import annotations

from collections.abc import Mapping

from ..engine.play import Kind
from . import (
    apply_patch,
    code_interpreter,
    compaction,
    computer,
    custom,
    file_search,
    function,
    image_generation,
    mcp,
    message,
    namespace,
    program,
    reasoning,
    shell,
    tool_search,
    web_search,
)
from .tool import Tool

ITEMS: Mapping[str, Kind] = {
    "message": message.ITEM,
    "reasoning": reasoning.ITEM,
    "function_call": function.ITEM,
    "function_call_output": function.OUTPUT,
    "custom_tool_call": custom.ITEM,
    "custom_tool_call_output": custom.OUTPUT,
    "web_search_call": web_search.ITEM,
    "file_search_call": file_search.ITEM,
    "code_interpreter_call": code_interpreter.ITEM,
    "image_generation_call": image_generation.ITEM,
    "mcp_list_tools": mcp.LIST,
    "mcp_approval_request": mcp.REQUEST,
    "mcp_approval_response": mcp.RESPONSE,
    "mcp_call": mcp.CALL,
    "computer_call": computer.ITEM,
    "computer_call_output": computer.OUTPUT,
    "local_shell_call": shell.LOCAL,
    "local_shell_call_output": shell.LOCAL_OUTPUT,
    "shell_call": shell.ITEM,
    "shell_call_output": shell.OUTPUT,
    "apply_patch_call": apply_patch.ITEM,
    "apply_patch_call_output": apply_patch.OUTPUT,
    "tool_search_call": tool_search.ITEM,
    "tool_search_output": tool_search.OUTPUT,
    "additional_tools": tool_search.ADDITIONAL,
    "compaction": compaction.ITEM,
    "program": program.ITEM,
    "program_output": program.OUTPUT,
}

TOOLS: Mapping[str, Tool] = {
    "function": function.TOOL,
    "custom": custom.TOOL,
    "web_search": web_search.TOOL,
    "web_search_2025_08_26": web_search.TOOL,
    "web_search_preview": web_search.TOOL,
    "web_search_preview_2025_03_11": web_search.TOOL,
    "file_search": file_search.TOOL,
    "code_interpreter": code_interpreter.TOOL,
    "image_generation": image_generation.TOOL,
    "mcp": mcp.TOOL,
    "computer_use_preview": computer.TOOL,
    "computer": computer.TOOL,
    "local_shell": shell.LOCAL_TOOL,
    "shell": shell.TOOL,
    "apply_patch": apply_patch.TOOL,
    "tool_search": tool_search.TOOL,
    "namespace": namespace.TOOL,
    "programmatic_tool_calling": program.TOOL,
}
