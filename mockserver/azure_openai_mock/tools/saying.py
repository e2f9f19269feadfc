"""Messages with which the offline model ends the use of a hosted tool."""

from __future__ import annotations

from collections.abc import Sequence

from ..wire.types import Item, Object

LONGEST_QUERY = 200
"""Characters."""


def query_of(text: str, *, otherwise: str) -> str:
    """The user's words as a search engine gets them."""
    return " ".join(text.split())[:LONGEST_QUERY] or otherwise


def message(text: str, annotations: Sequence[Object] = ()) -> Item:
    """A message of the assistant."""
    return {"type": "message", "content": [{"type": "output_text", "text": text, "annotations": list(annotations)}]}


def citing_pages(text: str, *pages: tuple[str, str]) -> Item:
    """A message that cites pages `(title, url)`; each annotation spans the words that name its page."""
    annotations = []
    for title, url in pages:
        start = len(text) + 1
        text = f"{text} ({title})"
        annotations.append({"type": "url_citation", "end_index": len(text), "start_index": start, "title": title, "url": url})
    return message(text, annotations)
