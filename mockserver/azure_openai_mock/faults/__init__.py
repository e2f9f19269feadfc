"""What the wire or a gateway does to an answer: transformers of frames, one small file each.

A fault is `Frames -> Frames`. It is made for one answer from a set-up (its settings, validated when a rule is made) and a `Stage`.
Laws: faults compose in the order given, each outside the one before; `noop` changes nothing; one that never pulls leaves no trace
in the store; one that pulls and stays silent has done the work. Probability, counts and matching live in rules, never here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING
from typing import Any

from ..azure import errors
from ..wire.frames import Frames, Reset
from ..wire.types import Object
from .answer import Answer
from .comment import Comment
from .crlf import Crlf
from .cut import Cut
from .delay import Delay
from .double import Double
from .drop import Drop
from .error_event import ErrorEvent
from .garble import Garble
from .headers_only import HeadersOnly
from .html_page import HtmlPage
from .keepalive import Keepalive
from .late import Late
from .merge import Merge
from .no_terminal import NoTerminal
from .noop import Noop
from .redirect import Redirect
from .refuse import Refuse
from .reset import Reset as ResetFault
from .setup import Fault, Setup, read, settings_of
from .silence import Silence
from .slow_first_token import SlowFirstToken
from .split import Split
from .stage import Stage
from .stall import Stall
from .swap import Swap
from .trickle import Trickle
from .truncate_json import TruncateJson
from .unheard import Unheard
from .wrong import Wrong, shown, unknown
from .wrong_length import WrongLength
from .wrong_sequence import WrongSequence

__all__ = ["FAULTS", "Fault", "Setup", "Stage", "Wrong", "catalogue", "chain", "fails", "from_header", "read_all", "read_one", "spelled"]

FAULTS: Mapping[str, type[Setup]] = {
    "refuse": Refuse,
    "answer": Answer,
    "delay": Delay,
    "stall": Stall,
    "slow_first_token": SlowFirstToken,
    "trickle": Trickle,
    "cut": Cut,
    "reset": ResetFault,
    "truncate_json": TruncateJson,
    "garble": Garble,
    "wrong_length": WrongLength,
    "split": Split,
    "merge": Merge,
    "crlf": Crlf,
    "comment": Comment,
    "keepalive": Keepalive,
    "drop": Drop,
    "double": Double,
    "swap": Swap,
    "no_terminal": NoTerminal,
    "wrong_sequence": WrongSequence,
    "html_page": HtmlPage,
    "redirect": Redirect,
    "headers_only": HeadersOnly,
    "silence": Silence,
    "late": Late,
    "error_event": ErrorEvent,
    "unheard": Unheard,
    "noop": Noop,
}


def chain(faults: Sequence[Fault]) -> Fault:
    """All of them as one: the first is innermost. The whole chain is closed with the answer, outermost first."""

    def apply(frames: Frames) -> Frames:
        return _layered(frames, faults) if faults else frames

    return apply


async def _layered(frames: Frames, faults: Sequence[Fault]) -> Frames:
    layers = [frames]
    for fault in faults:
        layers.append(fault(layers[-1]))
    try:
        async for frame in layers[-1]:
            yield frame
            if isinstance(frame, Reset):
                return
    finally:
        for layer in reversed(layers):
            close = getattr(layer, "aclose", None)
            if close is not None:
                await close()


def read_all(given: object) -> tuple[Setup, ...]:
    """The faults of a rule: a list of `{name: settings}`, a single one, or a name alone. Raises Wrong."""
    if not isinstance(given, (list, tuple)):
        return tuple(_entry(given))
    found: list[Setup] = []
    for index, entry in enumerate(given):
        try:
            found.extend(_entry(entry))
        except Wrong as wrong:
            raise wrong.under(index) from None
    return tuple(found)


def _entry(entry: object) -> Iterable[Setup]:
    if isinstance(entry, Setup):
        return [entry]
    if isinstance(entry, str):
        return [read_one(entry)]
    if not isinstance(entry, Mapping) or not entry:
        raise Wrong(f"expected a fault by name, or a mapping of a name to its settings, not {shown(entry)}")
    return [read_one(str(name), settings) for name, settings in entry.items()]


def read_one(name: str, settings: object = None) -> Setup:
    """One fault by its name; a key of the error catalogue stands for the fault that gives this error. Raises Wrong."""
    kind = FAULTS.get(name)
    if kind is None:
        if not errors.known(name):
            raise Wrong(unknown("fault", name, [*FAULTS, *(row.key for row in errors.catalogue())]), name)
        kind, settings = _giving(name), _with_key(name, settings)
    try:
        return read(kind, settings)
    except Wrong as wrong:
        raise wrong.under(name) from None


def _giving(key: str) -> type[Setup]:
    row = errors.row(key)
    if row.faultable:
        return Refuse
    if "stream" in row.forms:
        return ErrorEvent
    raise Wrong(f"is the error of a failed response: write `outcome: {{failed: {key}}}`", key)


def _with_key(key: str, settings: object) -> object:
    if settings is None or settings is True:
        return key
    if not isinstance(settings, Mapping):
        raise Wrong(f"expected a mapping of settings, not {shown(settings)}", key)
    return {**settings, "key": key}


def fails(name: object) -> bool:
    """Whether that is an error which only a failed response has: the service says it, and no wire can."""
    if name in FAULTS or not isinstance(name, str) or not errors.known(name):
        return False
    return errors.row(name).forms == ("failed",)


def from_header(text: str) -> tuple[Setup, ...]:
    """The faults of an `x-mock-fault` header: `rate_limited`, or `cut;after=6, delay;for=2s`. Raises Wrong."""
    return tuple(read_one(name, settings) for name, settings in spelled(text) if not fails(name))


def spelled(text: str) -> list[tuple[str, Any]]:
    """What such a header, or a command line, says: names with their settings, nothing of it read yet."""
    return [_spelled(entry) for entry in text.split(",") if entry.strip()]


def _spelled(entry: str) -> tuple[str, Any]:
    first, *rest = [part.strip() for part in entry.split(";")]
    name, equals, bare = [part.strip() for part in first.partition("=")]
    pairs = [part.partition("=") for part in rest if part]
    settings: Object = {key.strip(): value.strip() for key, _, value in pairs}
    if equals and not settings:
        return name, True if bare == "true" else bare
    return name, settings or None


def catalogue() -> list[Object]:
    """Every fault as `GET /_mock/faults` lists it."""
    return [_row(name, kind) for name, kind in FAULTS.items()]


def _row(name: str, kind: type[Setup]) -> Object:
    settings = [
        {
            "name": public,
            "type": spec.metadata["reader"].type,
            "required": spec.default is MISSING,
            "default": None if spec.default is MISSING else spec.default,
            "about": spec.metadata["about"],
        }
        for public, spec in settings_of(kind).items()
    ]
    return {
        "name": name,
        "about": kind.ABOUT,
        "short": kind.SHORT,
        "settings": settings,
        "source": kind.SOURCE,
        "confidence": kind.CONFIDENCE,
    }
