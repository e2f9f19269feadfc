"""What a run against Azure would cost, told from the tokens that were counted when the same cases were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import cassette
from .exchange import responses_in


def estimate(recorded: Sequence[Path], price: str) -> str:
    """One sentence: calls, tokens, dollars. `price` is dollars for a million tokens of input and of output, `2.50,10.00`.

    A case whose cassette is missing counts as unknown.
    """
    calls = asked = said = unknown = 0
    for path in recorded:
        if not path.exists():
            unknown += 1
            continue
        exchanges = cassette.load(path).exchanges
        calls += len(exchanges)
        for exchange, response in responses_in(exchanges):
            if exchange.operation == "responses.create" and response.get("usage"):
                asked += response["usage"]["input_tokens"]
                said += response["usage"]["output_tokens"]
    into, out = (float(each) for each in price.split(","))
    cost = (asked * into + said * out) / 1_000_000
    more = f"; {unknown} cases were never recorded and come on top" if unknown else ""
    return (
        f"one run sends about {calls} calls with {asked} input and {said} output tokens for each driver, as in the recordings: "
        f"{cost:.4f} US dollars at {into:.2f} and {out:.2f} a million (--price){more}"
    )
