"""`errors`: the catalogue, one row of it whole, or all that can go wrong as the page `docs/errors.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import groupby

from .. import faults
from ..azure import errors as table
from ..azure import filters
from ..azure.errors import ErrorRow
from ..behaviour import chaos
from ..wire import json
from ..wire.refusal import Refusal
from .faults import doors
from .parser import Parser


def errors(argv: Sequence[str]) -> int:
    """Print the catalogue, one row with its bytes, or the page of it."""
    about = "Every error that can be injected, or one of them whole: its exact bytes in each of its forms, and how to get it."
    made = Parser("errors", about, examples=("", "rate_limited", "--markdown > errors.md"))
    made.add_argument("key", nargs="?", help="one row, with its exact bytes in each of its forms")
    made.add_argument("--markdown", action="store_true", help="the page docs/errors.md: errors, faults, canary words and modes")
    given = made.parse_args(argv)
    if given.markdown:
        sys.stdout.write(page())
    elif given.key is None:
        sys.stdout.writelines(f"{row.status}  {row.key:36} {row.confidence:11} {row.trigger}\n" for row in table.catalogue())
    elif table.known(given.key):
        sys.stdout.write(whole(table.row(given.key)))
    elif given.key in faults.FAULTS:
        sys.stderr.write(f"azure-openai-mock: {given.key} is a fault of the wire: azure-openai-mock faults {given.key}\n")
        return 2
    else:
        sys.stderr.write(f"azure-openai-mock: no error {given.key!r}{table.nearest(given.key)}\n")
        return 2
    return 0


def whole(row: ErrorRow) -> str:
    """The row with its exact bytes, in each form in which it occurs."""
    said = [
        f"{row.key}\n  trigger     {row.trigger}\n  source      {row.source}\n  confidence  {row.confidence}\n"
        f"  forms       {', '.join(row.forms)}\n  fields      {', '.join(row.fields) or 'none'}\n"
    ]
    if row.exhausts is not None:
        said.append(f"Where a model is asked its rate is spent: x-ratelimit-remaining-{row.exhausts}: 0, and until when.\n")
    if "body" in row.forms:
        rendered = table.render(Refusal(row.key))
        headers = "".join(f"{name}: {value}\n" for name, value in rendered.headers)
        phrase = rendered.reason or HTTPStatus(rendered.status).phrase
        said.append(f"HTTP/1.1 {rendered.status} {phrase}\n{headers}\n{rendered.body.decode()}\n")
    if "stream" in row.forms:
        said.append(f"event: error\ndata: {json.compact(table.stream_error(row.key)).decode()}\n")
    if "failed" in row.forms:
        said.append(f'"status": "failed", "error": {json.compact(table.error_object(row.key)).decode()}\n')
    said.append(doors(row.key))
    return "\n".join(said)


OPENING = """# What can go wrong, on demand

This page is made from the tables (`make docs`); a test holds it to them. `azure-openai-mock errors KEY` prints the exact bytes of an error.

Every line here can be had in four ways, in the same words:

| door | an error | a fault |
|---|---|---|
| a rule | `{"fault": [{"rate_limited": {"retry_after": 2}}], "times": 1}` | `{"fault": [{"cut": {"after": 5}}]}` |
| a header of one request | `x-mock-fault: rate_limited;retry_after=2` | `x-mock-fault: cut;after=5, delay;for=2s` |
| the pytest fixture | `azure_openai.fault("rate_limited", retry_after=2)` | `azure_openai.fault("cut", after=5)` |
| by chance | `--chaos 7 --chaos-rate 0.1` | `PUT /_mock/settings {"chaos": {"seed": 7, "rate": 0.1, "kinds": ["cut"]}}` |

Faults of a rule compose, the first innermost. A **fault** is what the wire or a gateway does: what the service had done by then is stored.
An **outcome** is what the service says, and is stored: `{"outcome": {"failed": "server_error"}}`.
"""

ERRORS = """## Errors

*Forms*: `body` is an answer of that status (`fault`), `stream` an `error` event after the answer began (`error_event`), `failed` a response
that failed (`outcome`). A key that occurs only as `failed` may stand as a fault too and means that outcome. What is in braces is filled in
by `fields`. The usual body of a status is marked with a star: it is what `{refuse: {status: …}}` gives.
"""

CANARIES = f"""## Canary words of the content filter

Nobody should have to write vile words into tests: harmless ones stand for them. A canary anywhere in what the client sends (its
instructions, messages of any role, outputs of tools; the turn before and a conversation's items too) stands for what is found in the
prompt; `{filters.CANARY}answer-…` in the newest user message, or any canary in what is said, for what is found in the answer. SEVERITY is
low, medium or high (left out: medium). From medium on, and for each flag and list, a prompt is refused with `content_filter`, and an answer
ends behind the word with `incomplete`. An answer that is sent back is not judged again. A rule's findings annotate without blocking:
`{{"outcome": {{"findings": {{"prompt": {{"hate": "low"}}}}}}}}`. The words are this mock's own.
"""

CHANCE = """## By chance

`--chaos 7 --chaos-rate 0.1` breaks one call in ten: which, and how, follows from the seed and the number of the call in its scope, so the
same calls meet the same faults, however many processes serve them; the journal says which. What is written down wins over chance:
`PUT /_mock/settings {"chaos": {"rate": 0, "calls": {"2": {"cut": {"after": 5}}}}}`.

For Hypothesis a schedule is drawn, and a client that fails shrinks to the least that makes it fail, such as `cut;after=5 of call 2`:

```python
import openai
from hypothesis import given, settings

from azure_openai_mock.testing import MockServer, schedules

with MockServer(profile="ga") as mock:
    client = mock.client()

    @settings(deadline=None, max_examples=20)
    @given(schedules(calls=2, kinds=["cut", "rate_limited", "html_page"]))
    def an_answer_is_whole_or_an_error(schedule):
        mock.change(chaos=schedule.document())
        for _ in range(2):
            try:
                assert client.responses.create(model="gpt-4o", input="hi").output_text
            except openai.APIError:
                pass

    an_answer_is_whole_or_an_error()
```
"""


def page() -> str:
    """The whole page."""
    return "\n".join([OPENING, *_errors(), *_faults(), *_canaries(), CHANCE, *_modes()])


def _errors() -> Iterator[str]:
    yield ERRORS
    for status, rows in groupby(sorted(table.catalogue(), key=lambda row: row.status), lambda row: row.status):
        yield f"### {status}\n"
        lines = (
            (
                f"`{row.key}`{' *' if row.usual else ''}",
                _code(row.code),
                _cell(row.message) or "(nothing)",
                ", ".join(row.forms) + _headers(row.headers),
                _cell(row.trigger),
                f"{row.confidence}: {_cell(row.source)}",
            )
            for row in rows
        )
        yield from _table(("key", "code", "message", "forms, headers", "when", "known from"), lines)


def _headers(headers: Mapping[str, str]) -> str:
    return f"; {', '.join(f'`{name}`' for name in headers)}" if headers else ""


def _faults() -> Iterator[str]:
    yield "## Faults\n"
    lines = (
        (
            f"`{row['name']}`",
            _cell(row["about"]),
            "<br>".join(f"`{spec['name']}`{'' if spec['required'] else '?'} {_cell(spec['about'])}" for spec in row["settings"]) or "none",
            f"{row['confidence']}: {_cell(row['source'])}",
        )
        for row in faults.catalogue()
    )
    yield from _table(("name", "what happens", "settings", "known from"), lines)


def _canaries() -> Iterator[str]:
    yield CANARIES
    yield from _table(("word", "stands for"), ((f"`{word}`", _cell(about)) for word, about in filters.canary_words().items()))


def _modes() -> Iterator[str]:
    yield "### Named modes\n"
    yield '`--chaos NAME`, or `PUT /_mock/settings {"chaos": "NAME"}`.\n'
    made = (chaos.mode(name) for name in chaos.modes())
    yield from _table(
        ("name", "what it plays", "known from"),
        ((f"`{mode.name}`", _cell(mode.about), f"{mode.confidence}: {_cell(mode.source)}") for mode in made),
    )


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}"
    for cells in lines:
        yield f"| {' | '.join(cells)} |"
    yield ""


def _code(code: str | None) -> str:
    return "null" if code is None else f"`{code}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
