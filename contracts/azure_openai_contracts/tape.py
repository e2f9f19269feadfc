"""vcrpy as the contracts use it: it answers clients from a cassette, and records them.

Its edges, and what stands in their place: it matches without bodies (here method, path, query and body, but no scheme or host), loads a
corrupt or missing cassette as an empty one (here an error), stores tokens in clear (here scrubbed as they are written), and keeps neither
provenance nor seal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.serialize import deserialize, serialize
from vcr.serializers import yamlserializer

from . import cassette, scrub
from .exchange import headers_of, json_of
from .forms import parts_of

_PSEUDONYM = re.compile(scrub.PSEUDONYM)


class Unplayed(Exception):
    """A cassette holds exchanges that the client never asked for: the client, or the case, is not what was recorded."""


def _comparable(body: Any) -> Any:
    """A body in the form in which a cassette holds it: scrubbed, pseudonyms without their numbers, JSON as values."""
    raw = body if isinstance(body, bytes) else str(body or "").encode()
    clean = _PSEUDONYM.sub("redacted", scrub.Scrubber().text(raw.decode("utf-8", "surrogateescape")))
    value = json_of(clean.encode("utf-8", "surrogateescape"))
    return clean if value is None else value


def _sent(request: Any) -> Any:
    """What a request says: JSON as values, a form as its parts, whatever stands between those and in whatever order they are."""
    body = request.body.read() if hasattr(request.body, "read") else request.body
    kind = next((value for name, value in headers_of(request.headers) if name == "content-type"), None)
    parts = parts_of(kind, body) if isinstance(body, bytes) else []
    return sorted([part.name, part.filename or "", _comparable(part.data)] for part in parts) if parts else _comparable(body)


def same_body(one: Any, other: Any) -> None:
    """vcrpy matcher: bodies are equal as values. Raises AssertionError with the first difference."""
    first, second = _sent(one), _sent(other)
    if first != second:
        raise AssertionError(f"the body differs: {json.dumps(first)[:300]} is not {json.dumps(second)[:300]}")


def same_query(one: Any, other: Any) -> None:
    """vcrpy matcher: the same pairs in any order, scrubbed as the cassette is. Raises AssertionError."""
    first, second = (
        sorted(_PSEUDONYM.sub("redacted", scrub.Scrubber().text(f"{k}={v}")) for k, v in request.query) for request in (one, other)
    )
    if first != second:
        raise AssertionError(f"the query differs: {first} is not {second}")


MATCH_ON = ("method", "path", "same_query", "same_body")


def _service_only(request: Any) -> Any:
    """Control calls are no traffic of the service: vcrpy neither records nor answers them."""
    return None if request.path.startswith("/_mock") else request


class _Read:
    """vcrpy's face of data that was read already."""

    @staticmethod
    def deserialize(data: Any) -> Any:
        """The data itself."""
        return data


def interactions(path: Path | str) -> tuple[list[Any], list[Any]]:
    """The requests and the answers of a cassette as vcrpy makes them, scrubbed. Raises CassetteProblem."""
    requests, responses, *_ = deserialize(cassette.data_at(path), _Read)
    return requests, responses


class _Reading:
    """Loads strictly, and never writes."""

    @staticmethod
    def load_cassette(path: Any, serializer: Any) -> Any:
        """As vcrpy wants it. Raises CassetteProblem."""
        return interactions(path)

    @staticmethod
    def save_cassette(path: Any, content: Any, serializer: Any) -> None:
        """Nothing is ever saved while playing."""


class _Writing:
    """Starts empty, and writes scrubbed, stamped and sealed."""

    def __init__(self, provenance: cassette.Provenance) -> None:
        self.provenance = provenance

    def load_cassette(self, path: Any, serializer: Any) -> Any:
        """A recording begins with nothing."""
        raise CassetteNotFoundError

    def save_cassette(self, path: Any, content: Any, serializer: Any) -> None:
        """Write what was recorded."""
        text = serialize(content, yamlserializer)
        data = cassette.raw_of_text(text, str(Path(path).with_suffix(".yaml")))
        data = {"version": data["version"], "provenance": self.provenance.as_dict(), "interactions": data["interactions"]}
        cassette.write_raw(cassette.sealed(scrub.scrubbed(data)), path)


def _recorder(persister: Any, mode: Any) -> Any:
    recorder = vcr.VCR(record_mode=mode, match_on=MATCH_ON, before_record_request=_service_only)
    recorder.register_matcher("same_body", same_body)
    recorder.register_matcher("same_query", same_query)
    recorder.register_persister(persister)
    return recorder


@contextmanager
def playing(path: Path | str) -> Iterator[Callable[[], None]]:
    """vcrpy answers from this cassette; nothing reaches the network. What is yielded raises Unplayed if something was never asked for.

    Raises CassetteProblem for a cassette that cannot be used.
    """
    form = "json" if str(path).endswith(".json") else "yaml"
    with _recorder(_Reading, vcr.mode.NONE).use_cassette(str(path), serializer=form) as tape:

        def finish() -> None:
            left = [f"{request.method} {request.path}" for (request, _), count in zip(tape.data, _counts(tape), strict=True) if not count]
            if left:
                raise Unplayed(f"{path}: never asked for: {', '.join(left)}")

        yield finish


def _counts(tape: Any) -> list[int]:
    return [tape.play_counts[number] for number in range(len(tape.data))]


@contextmanager
def recording(path: Path | str, provenance: cassette.Provenance) -> Iterator[None]:
    """vcrpy records what passes, and the cassette is written when the block ends well. Where it raises, an older cassette stays."""
    file = Path(path)
    part = file.with_name(f".{file.stem}.recording{file.suffix}")
    try:
        with _recorder(_Writing(provenance), vcr.mode.ALL).use_cassette(str(part), serializer="yaml"):
            yield
        if not part.exists():
            raise cassette.CassetteProblem(path, "nothing was recorded, so there is nothing to write")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
