"""How any floor says no: by the key of a row in the error table. Only the renderer knows status and bytes."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Raise `Refusal("deployment_not_found", model="x")`; the row of that key fills its message from `fields`.

    `param` names the offending path (`input[2].content[0].type`). `hint` says what a person should change;
    it travels in a header and in the log, never in Azure's own bytes once a profile was chosen.
    """

    def __init__(self, key: str, *, param: str | None = None, hint: str | None = None, **fields: Any) -> None:
        super().__init__(key)
        self.key = key
        self.param = param
        self.hint = hint
        self.fields = fields

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.fields.items())
        return f"{self.key}({said})" + (f" at {self.param}" if self.param else "")
