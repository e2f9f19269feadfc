"""A state machine of conversations: create, chain, branch, stream, cut and resume, delete, cancel, list, and time travel, in any order.

    from hypothesis.stateful import run_state_machine_as_test
    run_state_machine_as_test(machine_for(target))

It keeps a model of what must hold (which responses are there, who is whose parent, what was said) and holds every answer to it; when a
run is over, every check of the kit looks at all that was exchanged. It runs against a mock and against Azure: what needs a mock's control
API is switched off where there is none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from . import checks, clock
from .drive import Ask, Connection, Raw, Reply
from .target import Control, Target

RETENTION: Final = 30 * 86_400
"""Seconds that a stored response is kept."""
SPANS: Final = (7, 11, 31)
"""Days to travel. No sum of them is thirty, so that no response is ever on the edge."""
WORDS: Final = ("Name a port.", "Why?", "And then?", "Say it shorter.", "Count to three.")


@dataclass
class Kept:
    """What the model knows of a response. `made` is on the model's clock, in seconds; `said` is what was asked, as texts."""

    id: str
    made: float
    stored: bool
    said: str
    parent: Kept | None = None
    background: bool = False
    deleted: bool = False
    body: dict[str, Any] = field(default_factory=dict)

    def line(self) -> Iterator[Kept]:
        """This response and what it builds on, the oldest last."""
        one: Kept | None = self
        while one is not None:
            yield one
            one = one.parent


class Conversations(RuleBasedStateMachine):
    """The machine. `target` is set by `machine_for`."""

    target: ClassVar[Target]
    responses = Bundle("responses")

    def __init__(self) -> None:
        super().__init__()
        self.scope = clock.fresh_name("machine")
        self.control = Control(self.target, self.scope)
        connection = Connection(self.target.base_url, self.target.api_key, headers={"x-mock-scope": self.scope}, bearer=self.target.bearer)
        self.driver = Raw(connection)
        self.run: list[Any] = []
        self.now = 0.0

    @property
    def travels(self) -> bool:
        """Whether time can be moved."""
        return self.control.live

    def ask(self, operation: str, id: str | None = None, *, take: int | None = None, query: Any = None, **body: Any) -> Reply:
        """One call; whatever it is, the service does not fail."""
        reply = self.driver.do(Ask(operation, id, body or None, query or {}, take))
        self.run.extend(reply.exchanges)
        assert reply.status < 500, f"{reply.exchange}: {reply.answer.body[:300]!r}"
        return reply

    def create(self, said: str, parent: Kept | None = None, **body: Any) -> Reply:
        """`POST /responses`."""
        before: dict[str, Any] = {"previous_response_id": parent.id} if parent else {}
        return self.ask("responses.create", model=self.target.deployment("gpt-4o"), input=said, **before, **body)

    def keep(self, said: str, reply: Reply, parent: Kept | None = None, *, stored: bool = True, background: bool = False) -> Kept:
        """Note a response that was made. A child of what it names, and of nothing else."""
        body = reply.body
        assert body.get("previous_response_id") == (parent.id if parent else None), "an answer names the response that it builds on"
        return Kept(reply.id, self.now, stored, said, parent, background, body=body)

    def is_there(self, one: Kept) -> bool:
        """Whether the service must know it still."""
        return one.stored and not one.deleted and self.now - one.made < RETENTION

    def gone(self, reply: Reply) -> None:
        """It answers as of something that there is not."""
        assert reply.status == 404, f"{reply.exchange}: it is deleted, expired or was never stored"

    def settle(self, one: Kept) -> None:
        """Wait for a run in the background. A mock's clock is moved; elsewhere time passes. Raises AssertionError after 60 looks."""
        for _ in range(60):
            if one.body["status"] not in ("queued", "in_progress"):
                return
            self.control.advance("2s")
            if not self.travels:
                clock.sleep(1)
            one.body = self.ask("responses.retrieve", one.id).body
        raise AssertionError(f"{one.id} does not end")

    # ---- making ----

    @initialize()
    def today(self) -> None:
        """The month is this one."""
        self.control.settings(profile="ga")

    @rule(target=responses, said=st.sampled_from(WORDS), stored=st.sampled_from([True, True, True, False]))
    def begin(self, said: str, *, stored: bool) -> Kept:
        """A conversation begins."""
        return self.keep(said, self.create(said, store=stored), stored=stored)

    @rule(target=responses, parent=responses, said=st.sampled_from(WORDS), stream=st.booleans())
    def go_on(self, parent: Kept, said: str, *, stream: bool) -> Kept:
        """A conversation goes on where it was, or branches off there; what is gone cannot be continued."""
        if self.is_there(parent):
            self.settle(parent)
        reply = self.create(said, parent, stream=stream)
        if not self.is_there(parent):
            assert reply.status == 400, f"{reply.exchange}: its parent is gone"
            assert reply.error["code"] == "previous_response_not_found"
            return parent
        return self.keep(said, reply, parent)

    @rule(target=responses, said=st.sampled_from(WORDS))
    def stream(self, said: str) -> Kept:
        """A stream tells what is stored."""
        reply = self.create(said, stream=True)
        kept = self.keep(said, reply)
        stored = self.ask("responses.retrieve", kept.id).body
        assert stored["output"] == reply.body["output"], "the stream told another answer than is stored"
        return kept

    @rule(target=responses, said=st.sampled_from(WORDS), heard=st.integers(1, 4))
    def cut_and_resume(self, said: str, heard: int) -> Kept:
        """A stream that was left is resumed where it was left, and nothing is lost or told twice."""
        reply = self.create(said, stream=True, background=True, take=heard)
        first = reply.events[:heard]
        assert first, "a stream begins"
        self.control.advance("2s")
        last = first[-1]["sequence_number"]
        told = self.ask("responses.retrieve", first[0]["response"]["id"], query={"stream": True, "starting_after": last})
        numbers = [event["sequence_number"] for event in told.events if "sequence_number" in event]
        assert numbers == list(range(last + 1, last + 1 + len(numbers))), f"left after {last}, resumed with {numbers}"
        assert told.events, f"left after {last}, and nothing came of the rest"
        assert told.body["status"] in ("completed", "incomplete")
        return self.keep(said, told, background=True)

    @rule(target=responses, said=st.sampled_from(WORDS))
    def run_in_background(self, said: str) -> Kept:
        """A run in the background is answered at once."""
        reply = self.create(said, background=True)
        assert reply.body["status"] in ("queued", "in_progress", "completed")
        return self.keep(said, reply, background=True)

    # ---- looking ----

    @rule(one=responses)
    def retrieve(self, one: Kept) -> None:
        """What is there is as it was told; what is gone is not there."""
        reply = self.ask("responses.retrieve", one.id)
        if not self.is_there(one):
            return self.gone(reply)
        assert reply.id == one.id
        if one.body["status"] in ("completed", "incomplete", "cancelled"):
            same = {name: reply.body.get(name) for name in ("status", "output", "created_at", "previous_response_id", "model")}
            assert same == {name: one.body.get(name) for name in same}, f"{one.id} was told otherwise"
        return None

    @rule(one=responses, limit=st.integers(1, 3))
    def list_items(self, one: Kept, limit: int) -> None:
        """The items are the questions of the whole line in their order, by pages or in one."""
        whole = self.ask("responses.input_items", one.id, query={"order": "asc", "limit": 100})
        if not self.is_there(one):
            return self.gone(whole)
        items = whole.body["data"]
        asked = [part["text"] for item in items if item.get("role") == "user" for part in item["content"]]
        assert asked == [each.said for each in one.line()][::-1], f"{one.id}: other questions than were asked"
        paged: list[Any] = []
        for _ in range(len(items) + 1):
            after = {"after": paged[-1]["id"]} if paged else {}
            page = self.ask("responses.input_items", one.id, query={"order": "asc", "limit": limit, **after}).body
            paged += page["data"]
            if not page["has_more"]:
                break
        assert [item["id"] for item in paged] == [item["id"] for item in items], f"{one.id}: pages of {limit} are not the whole"
        return None

    # ---- ending ----

    @rule(one=responses)
    def delete(self, one: Kept) -> None:
        """What is deleted is gone, once."""
        reply = self.ask("responses.delete", one.id)
        if not self.is_there(one):
            return self.gone(reply)
        assert reply.status == 200
        assert reply.body["deleted"] is True
        one.deleted = True
        return None

    @rule(one=responses)
    def cancel(self, one: Kept) -> None:
        """Only a run in the background can be cancelled, and it stays so."""
        reply = self.ask("responses.cancel", one.id)
        if not self.is_there(one):
            return self.gone(reply)
        if not one.background:
            assert reply.status == 400, f"{one.id} does not run in the background"
        elif reply.status == 200:
            assert reply.body["status"] in ("cancelled", "completed")
            one.body = reply.body
        return None

    # ---- time ----

    @precondition(lambda self: self.travels)
    @rule(days=st.sampled_from(SPANS))
    def travel(self, days: int) -> None:
        """Time passes; what is thirty days old is gone."""
        self.control.advance(f"{days}d")
        self.now += days * 86_400

    def teardown(self) -> None:
        """Every check looks at all that was exchanged; where a step has failed, that is the finding and not what follows from it."""
        failed = sys.exc_info()[0] is not None
        objections = [] if failed else checks.judge(self.run)
        self.driver.close()
        self.control.reset()
        assert not objections, "\n".join(map(str, objections))


def machine_for(target: Target) -> type[Conversations]:
    """The machine against that mock or that resource of Azure's. Every step is a real call, which costs money on Azure."""
    return type("ConversationsThere", (Conversations,), {"target": target})
