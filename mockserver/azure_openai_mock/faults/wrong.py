"""What is said of a setting that cannot be meant: where it stands, what was expected, and the nearest valid name."""

from __future__ import annotations

from collections.abc import Iterable

Step = str | int


class Wrong(ValueError):
    """A value that a person wrote and that cannot be meant. `path` leads to it from the value that was read."""

    def __init__(self, message: str, *path: Step) -> None:
        super().__init__(message)
        self.message = message
        self.path: tuple[Step, ...] = path

    def under(self, *path: Step) -> Wrong:
        """The same, seen from further out."""
        return Wrong(self.message, *path, *self.path)

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.message}" if self.path else self.message


def dotted(path: Iterable[Step]) -> str:
    """`say[0].arguments`, as people write it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def unknown(what: str, name: object, valid: Iterable[str]) -> str:
    """`unknown key, did you mean 'model'?`, or the list of what there is."""
    from difflib import get_close_matches

    names = sorted(valid)
    near = get_close_matches(str(name)[:100], names, n=1)
    if near:
        return f"unknown {what}, did you mean '{near[0]}'?"
    return f"unknown {what} (there are: {', '.join(names)})" if names else f"unknown {what}"


def shown(value: object) -> str:
    """A value as an error may quote it: short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
