"""The tools that a request declares: known, allowed with this model and profile, well made, and as the service echoes them."""

from __future__ import annotations

from typing import Any

from ..azure.models import Deployment
from ..tools import TOOLS
from ..tools.eras import of_month
from ..wire.refusal import Refusal
from ..wire.types import Object
from .call import Call


def checked_tools(request: Object, deployment: Deployment, call: Call) -> list[Object]:
    """The declarations in echoed form. Raises the first refusal."""
    given: Any = request.get("tools")
    if not given:
        return []
    echoed = []
    for index, spec in enumerate(given):
        at = f"tools[{index}]"
        kind = spec["type"]
        refusal = call.profile.refuses_tool(kind, deployment, at=at, surface=call.surface)
        if refusal is not None:
            raise refusal
        tool = TOOLS.get(kind)
        if tool is None:
            raise Refusal("invalid_value", param=f"{at}.type", got=kind, supported=sorted(TOOLS))
        tool.check(spec, at)
        echoed.append(of_month(tool.echo(spec), call.profile.month))
    return echoed
