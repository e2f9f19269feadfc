"""Create, chain, branch, delete, expire and list agree with a model of a few lines."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from azure_openai_mock.app import App, build
from azure_openai_mock.settings import Settings

RETENTION = 2_592_000
DAYS = st.integers(1, 20)


class Life(RuleBasedStateMachine):
    """The model: every turn ever made, its texts from the first on, when it expires, and whether it was deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.app: App = build(Settings(store="memory", profile="ga", profile_chosen=True))
        self.loop.run_until_complete(self.app.start())
        self.now = 1_754_000_000
        self.call("POST", "/_mock/clock", {"freeze": True})
        self.call("POST", "/_mock/clock", {"set": self.now})
        self.made: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.expires: dict[str, int] = {}
        self.deleted: set[str] = set()

    def teardown(self) -> None:
        self.loop.run_until_complete(self.app.stop())
        self.loop.close()

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent: list[Any] = []
        raw = json.dumps(body).encode() if body is not None else b""
        path, _, query = path.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"api-key", b"k"), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        self.loop.run_until_complete(self.app(scope, receive, send))
        answer = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], json.loads(answer) if answer else None

    def there(self, ident: str) -> bool:
        return ident not in self.deleted and self.now < self.expires[ident]

    def keep(self, made: Any, before: list[str], text: str) -> None:
        said = made["output"][0]["content"][0]["text"]
        self.texts[made["id"]] = [*before, text, said]
        self.expires[made["id"]] = self.now + RETENTION
        self.made.append(made["id"])

    @rule(text=st.sampled_from(["a", "b", "c"]))
    def create(self, text: str) -> None:
        status, made = self.call("POST", "/openai/v1/responses", {"model": "gpt-4o", "input": text})
        assert status == 200
        self.keep(made, [], text)

    @precondition(lambda self: self.made)
    @rule(data=st.data(), text=st.sampled_from(["d", "e"]))
    def chain(self, data: st.DataObject, text: str) -> None:
        parent = data.draw(st.sampled_from(self.made))
        status, made = self.call("POST", "/openai/v1/responses", {"model": "gpt-4o", "input": text, "previous_response_id": parent})
        assert status == (200 if self.there(parent) else 400)
        if status == 200:
            self.keep(made, self.texts[parent], text)
        else:
            assert made["error"]["code"] == "previous_response_not_found"

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        ident = data.draw(st.sampled_from(self.made))
        status, _ = self.call("DELETE", f"/openai/v1/responses/{ident}")
        assert status == (200 if self.there(ident) else 404)
        self.deleted.add(ident)

    @rule(days=DAYS)
    def time_passes(self, days: int) -> None:
        self.call("POST", "/_mock/clock", {"advance": f"{days}d"})
        self.now += days * 86_400

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def listed(self, data: st.DataObject) -> None:
        ident = data.draw(st.sampled_from(self.made))
        status, page = self.call("GET", f"/openai/v1/responses/{ident}/input_items?order=asc&limit=100")
        assert status == (200 if self.there(ident) else 404)
        if status == 200:
            assert [part["text"] for item in page["data"] for part in item["content"]] == self.texts[ident][:-1]

    @invariant()
    def every_response_is_there_or_gone_as_the_model_says(self) -> None:
        for ident in self.made[-3:]:
            status, _ = self.call("GET", f"/openai/v1/responses/{ident}")
            assert status == (200 if self.there(ident) else 404)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
