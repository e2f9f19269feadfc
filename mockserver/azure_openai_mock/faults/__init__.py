"""What the wire or a gateway does to an answer: transformers of frames, one small file each.

A fault is `Frames -> Frames`. It is made for one answer from a set-up (its settings, validated when a rule is made) and a `Stage`.
Laws: faults compose in the order given, each outside the one before; `noop` changes nothing; one that never pulls leaves no trace
in the store; one that pulls and stays silent has done the work. Probability, counts and matching live in rules, never here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING

from ..wire.frames import Frames, Reset
from ..wire.types import Object
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

__all__ = ["FAULTS", "Fault", "Setup", "Stage", "Wrong", "catalogue", "chain", "from_header", "read_all", "read_one"]

FAULTS: Mapping[str, type[Setup]] = {
    "refuse": Refuse,
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


def read_all(given: object, *, errors: Collection[str]) -> tuple[Setup, ...]:
    """The faults of a rule: a list of `{name: settings}`, a single one, or a name alone. `errors` are the error table's keys."""
    entries = list(given) if isinstance(given, (list, tuple)) else [given]
    found: list[Setup] = []
    for index, entry in enumerate(entries):
        try:
            found.extend(_entry(entry, errors))
        except Wrong as wrong:
            raise wrong.under(index) if isinstance(given, (list, tuple)) else wrong from None
    return tuple(found)


def _entry(entry: object, errors: Collection[str]) -> Iterable[Setup]:
    if isinstance(entry, Setup):
        return [entry]
    if isinstance(entry, str):
        return [read_one(entry, None, errors=errors)]
    if not isinstance(entry, Mapping) or not entry:
        raise Wrong(f"expected a fault by name, or a mapping of a name to its settings, not {shown(entry)}")
    return [read_one(str(name), settings, errors=errors) for name, settings in entry.items()]


def read_one(name: str, settings: object, *, errors: Collection[str]) -> Setup:
    """One fault by its name; a key of the error table alone means `refuse` with that key. Raises Wrong."""
    kind = FAULTS.get(name)
    if kind is None and name in errors:
        kind, settings = Refuse, _refusal(name, settings)
    if kind is None:
        raise Wrong(unknown("fault", name, [*FAULTS, *errors]), name)
    try:
        setup = read(kind, settings)
    except Wrong as wrong:
        raise wrong.under(name) from None
    key = getattr(setup, "key", None)
    if key is not None and key not in errors:
        raise Wrong(unknown("error", key, errors), name, "key")
    return setup


def _refusal(key: str, settings: object) -> object:
    if settings is None or settings is True:
        return key
    return {**settings, "key": key} if isinstance(settings, Mapping) else settings


def from_header(text: str, *, errors: Collection[str]) -> tuple[Setup, ...]:
    """The faults of an `x-mock-fault` header: `rate_limited`, or `cut;after=6, delay;for=2s`. Raises Wrong."""
    return tuple(_spelled(entry, errors) for entry in text.split(",") if entry.strip())


def _spelled(entry: str, errors: Collection[str]) -> Setup:
    first, *rest = [part.strip() for part in entry.split(";")]
    name, equals, bare = first.partition("=")
    pairs = [part.partition("=") for part in rest if part]
    settings: Object = {key.strip(): value.strip() for key, _, value in pairs}
    if equals and not settings:
        return read_one(name.strip(), True if bare.strip() == "true" else bare.strip(), errors=errors)
    return read_one(name.strip(), settings or None, errors=errors)


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
