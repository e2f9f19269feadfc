"""`reset`: the connection is reset in the middle of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from .cut import Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Cut):
    """As `cut`, but with RST."""

    NAME = "reset"
    ABOUT = "delivers N events or bytes and then resets the connection (RST)"
    HARD = True
