"""Judging: what a function did in a situation, held against what a client should do. Each verdict is a named look that yields findings."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

from .observe import Call, Observation
from .situations import MOST_CALLS, Situation

Severity: TypeAlias = Literal["error", "warning"]

EARLY: Final = 0.2
"""Seconds that a wait may fall short of Retry-After: the answer ends here when its last byte was handed over, there when it was heard."""
AT_ONCE: Final = 0.1
"""A repetition sooner than that, in seconds, did not wait."""
PATIENT: Final = 10
"""So often may one question be asked of a service that is in trouble."""

UNFINISHED: Final = ("cut", "reset", "no_terminal", "truncate_json", "error_event", "headers_only", "silence", "drop", "wrong_length")
"""Faults after which the client has not got the whole answer, though the service has it."""


@dataclass(frozen=True)
class Finding:
    """What is wrong: `kind` is the verdict's name, `why` tells it of this situation."""

    kind: str
    severity: Severity
    why: str


Look: TypeAlias = Callable[[Situation, Observation], Iterator[str]]


def _unusable(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome == "unusable":
        yield seen.message


def _hung(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome == "hung":
        yield f"it was still waiting after {seen.seconds:.0f} s: it has no timeout of its own, or none that short"


def _died(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome == "died":
        yield seen.message


def _circles(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome == "circled":
        yield f"it was stopped after more than {MOST_CALLS} questions to the model"


def _gives_up(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome == "raised" and situation.must == "survive":
        yield f"it raised {seen.error} after {_times(len(seen.asked))}; {situation.about}"


def _fails(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome == "raised" and situation.must == "work":
        yield f"it raised {seen.error}: {seen.message[:200]}"


def _hurries(situation: Situation, seen: Observation) -> Iterator[str]:
    if not situation.retry_after:
        return
    for before, after in _repeated(seen.asked):
        if before.status == 429 and after.waited is not None and after.waited < situation.retry_after - EARLY:
            yield f"it was told to wait {situation.retry_after:g} s and asked again after {after.waited:.2f} s"
            return


def _repeats_at_once(situation: Situation, seen: Observation) -> Iterator[str]:
    if situation.retry_after:
        return
    for before, after in _repeated(seen.asked):
        if before.status in (408, 429, 500, 502, 503, 504) and after.waited is not None and after.waited < AT_ONCE:
            yield f"it asked again {after.waited * 1000:.0f} ms after a {before.status}"
            return


def _hammers(situation: Situation, seen: Observation) -> Iterator[str]:
    asked = [call.question for call in seen.asked]
    most = max((asked.count(one) for one in set(asked)), default=0)
    if situation.must != "stop" and seen.outcome != "circled" and most > PATIENT:
        yield f"it asked the same {_times(most)}"


def _insists(situation: Situation, seen: Observation) -> Iterator[str]:
    refusals = [call for call, _ in _repeated(seen.asked) if 400 <= call.status < 500 and call.status not in (408, 409, 429)]
    if refusals:
        yield f"it repeated a request that was refused with {refusals[0].status}, {_times(len(refusals))}"


def _takes_a_part(situation: Situation, seen: Observation) -> Iterator[str]:
    if seen.outcome != "returned":
        return
    for number, call in enumerate(seen.asked):
        if _whole(call) or _mended(call, seen.calls):
            continue
        later = seen.asked[number + 1 :]
        if any(one.body.get("previous_response_id") == call.response_id for one in later if call.response_id):
            yield f"it went on from an answer that was not whole ({_state(call)})"
        elif not later and not seen.opaque and _passes_for_answer(seen.value, call):
            yield f"it returned {_short(seen.value)} from an answer that was not whole ({_state(call)})"


def _takes_nothing(situation: Situation, seen: Observation) -> Iterator[str]:
    last = seen.asked[-1] if seen.asked else None
    if seen.outcome == "returned" and last is not None and _refusal(last) and seen.value in ("", [], {}):
        yield f"the model refused, and it returned {_short(seen.value)}"


def _sends_again(situation: Situation, seen: Observation) -> Iterator[str]:
    if situation.must != "work":
        return
    kept: dict[str, set[str]] = {}
    known: set[str] = set()
    for call in seen.asked:
        items = items_of(call.body)
        names = [fingerprint(item) for item in items]
        parent = call.body.get("previous_response_id")
        twice = [name for name in names if name in (kept.get(str(parent), set()) if parent else known)]
        if parent and twice:
            yield f"it names previous_response_id and sends {_items(len(twice))} again that stand in that chain already"
            return
        if not parent and twice and len(names) > len(twice) and call.operation == "responses.create":
            yield f"it sends {_items(len(twice))} again that the service had stored: previous_response_id would do"
            return
        if call.status == 200 and call.body.get("store") is not False and call.stored is not None:
            said = {fingerprint(item) for item in call.stored.get("output") or []}
            kept[str(call.response_id)] = kept.get(str(parent), set()) | set(names) | said
            known |= set(names) | said


def _leaks(situation: Situation, seen: Observation) -> Iterator[str]:
    wire = {"a URL": " ".join(f"{call.path}?{call.query}" for call in seen.calls), "a body": json.dumps([call.body for call in seen.calls])}
    places = {**{f"its {name}": text for name, text in seen.said.items()}, "its return value": json.dumps(seen.value), **wire}
    for place, text in places.items():
        found = next((how for how, spelt in spellings(seen.secret).items() if spelt in text), None)
        if seen.secret and found:
            line = next((line for line in text.splitlines() if spellings(seen.secret)[found] in line), "")
            logger = f" (logger {line.partition(':')[0]})" if place == "its log" else ""
            yield f"the key stands in {place}{logger}{'' if found == 'as it is' else f', {found}'}"


VERDICTS: Final[Mapping[str, tuple[Severity, Look]]] = {
    "cannot be called": ("error", _unusable),
    "does not work": ("error", _fails),
    "hangs": ("error", _hung),
    "dies": ("error", _died),
    "goes round in circles": ("error", _circles),
    "does not survive": ("error", _gives_up),
    "ignores Retry-After": ("error", _hurries),
    "repeats at once": ("warning", _repeats_at_once),
    "asks too often": ("error", _hammers),
    "repeats what cannot succeed": ("error", _insists),
    "takes a part for the whole": ("error", _takes_a_part),
    "takes a refusal for an answer": ("warning", _takes_nothing),
    "sends stored history again": ("warning", _sends_again),
    "leaks a secret": ("error", _leaks),
}
"""The verdicts, by the names under which findings are reported."""


def judge(situation: Situation, seen: Observation) -> list[Finding]:
    """Everything that is wrong with what was seen."""
    return [Finding(kind, severity, why) for kind, (severity, look) in VERDICTS.items() for why in look(situation, seen)]


def spellings(secret: str) -> dict[str, str]:
    """The ways in which a secret is usually written down."""
    if not secret:
        return {}
    raw = secret.encode()
    return {
        "as it is": secret,
        "URL-encoded": quote(secret, safe="").replace("-", "%2D"),
        "in base64": base64.b64encode(raw[: len(raw) // 3 * 3]).decode(),
        "in hexadecimal": raw.hex(),
        "backwards": secret[::-1],
    }


def items_of(body: Mapping[str, Any]) -> list[Any]:
    """The input as items: a bare text is a message of the user's."""
    given = body.get("input", body.get("messages"))
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return list(given) if isinstance(given, list) else []


def fingerprint(item: Any) -> str:
    """The same for an item and its copy, with or without the ids and statuses that the service adds."""
    if not isinstance(item, Mapping):
        return json.dumps(item)
    if item.get("call_id"):
        return f"{item.get('type')} {item['call_id']}"
    if "role" in item:
        content = item.get("content")
        parts = content if isinstance(content, list) else [{"text": content}]
        return f"{item['role']}: " + "".join(
            str(part.get("text") or part.get("refusal") or "") for part in parts if isinstance(part, Mapping)
        )
    return str(item.get("id") or json.dumps(item, sort_keys=True))


def _repeated(asked: Sequence[Call]) -> Iterator[tuple[Call, Call]]:
    """A call and the next that asks the same."""
    for number, call in enumerate(asked):
        again = next((later for later in asked[number + 1 :] if later.question == call.question), None)
        if again is not None:
            yield call, again


def _whole(call: Call) -> bool:
    """Whether an answer came that can be taken for one: refusals by HTTP are none, and say so themselves."""
    if call.status >= 400:
        return True
    status = (call.stored or {}).get("status", "completed")
    return status == "completed" and not any(name in UNFINISHED for name in call.faults)


def _mended(call: Call, calls: Sequence[Call]) -> bool:
    """Whether the client asked again, or fetched what was stored."""
    later = calls[calls.index(call) + 1 :]
    return any(one.asks and one.question == call.question for one in later) or any(
        one.operation == "responses.retrieve" and call.response_id and call.response_id in one.path for one in later
    )


def _passes_for_answer(value: Any, call: Call) -> bool:
    """Whether the caller would take it for an answer: nothing at all, or words of the answer that was never whole."""
    words = [leaf for leaf in _leaves(value) if leaf]
    if not words:
        return not value
    whole = text_of(call.stored or {})
    return any(word in whole or (len(word) >= 12 and word[:12] in whole) for word in words)


def text_of(response: Mapping[str, Any]) -> str:
    """All text, refusals and arguments of a response, joined."""
    items = [item for item in response.get("output") or [] if isinstance(item, Mapping)]
    parts = [part for item in items for part in item.get("content") or [] if isinstance(part, Mapping)]
    return "".join(
        [*(str(part.get("text") or part.get("refusal") or "") for part in parts), *(str(item.get("arguments", "")) for item in items)]
    )


def _refusal(call: Call) -> bool:
    output = (call.stored or {}).get("output") or []
    return any(part.get("type") == "refusal" for item in output for part in item.get("content") or [] if isinstance(part, Mapping))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, Mapping):
        yield from _leaves(list(value.values()))


def _state(call: Call) -> str:
    broken = [name for name in call.faults if name in UNFINISHED]
    return f"the wire: {', '.join(broken)}" if broken else f"its status: {(call.stored or {}).get('status')}"


def _times(count: int) -> str:
    return {0: "no attempt", 1: "one attempt"}.get(count, f"{count} attempts")


def _items(count: int) -> str:
    return "one item" if count == 1 else f"{count} items"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
