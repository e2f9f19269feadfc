"""Text cut into chunks of so many tokens that overlap: what one search result is."""

from __future__ import annotations

from ..engine import tokens


def chunks(text: str, *, size: int, overlap: int) -> list[str]:
    """Windows of `size` tokens, each beginning `size - overlap` after the one before it; blank ones are left out.

    Law: every token of the text stands in a window, and none of the windows is longer than `size`.
    """
    pieces = tokens.split(text)
    step = max(size - overlap, 1)
    found = []
    for start in range(0, len(pieces), step):
        window = "".join(pieces[start : start + size])
        if window.strip():
            found.append(window)
        if start + size >= len(pieces):
            break
    return found
