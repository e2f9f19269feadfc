"""What every store does, told once; no backend is excepted from any of it."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from azure_openai_mock.store.protocol import Conflict, Row, Store

SCOPES = itertools.count()


def row(id: str = "one", **more: object) -> Row:
    return replace(Row("scope", "kind", id, b"body of " + id.encode()), **more)  # type: ignore[arg-type]


async def chain(store: Store, length: int, **more: object) -> None:
    for number in range(length):
        await store.put(row(str(number), parent=str(number - 1) if number else None, **more))


def ids(rows: list[Row]) -> list[str]:
    return [row.id for row in rows]


async def test_a_row_comes_back_as_it_was_put(store: Store) -> None:
    given = row("Ünï\x00 'id'", body=bytes(range(256)), digest=b"\x00d", parent="none", group="g", expires=12.5)
    stored = await store.put(given)
    assert stored == replace(given, version=1, order=stored.order)
    assert stored.order > 0
    assert await store.get("scope", "kind", given.id) == stored


async def test_an_unknown_row_is_none(store: Store) -> None:
    await store.put(row())
    assert await store.get("scope", "kind", "other") is None
    assert await store.get("scope", "other", "one") is None
    assert await store.get("other", "kind", "one") is None


async def test_scopes_and_kinds_keep_rows_of_one_id_apart(store: Store) -> None:
    rows = [row(scope=scope, kind=kind, body=f"{scope}/{kind}".encode()) for scope in ("a", "b", "a/b") for kind in ("b", "b/b", "")]
    stored = [await store.put(one, expect=0) for one in rows]
    assert [await store.get(one.scope, one.kind, "one") for one in rows] == stored


@pytest.mark.parametrize("length", [0, 1, 20, 21, 22, 42, 43, 70, 3000])
async def test_ids_of_any_length_are_told_apart(store: Store, length: int) -> None:
    first = ("abcdefghijklmnopqrstuvwxyz" * 120)[:length]
    await store.put(row(first))
    await store.put(row(first + "x"))
    assert ids(await store.page("scope", "kind")) == [first, first + "x"]
    assert (await store.get("scope", "kind", first)) is not None


@pytest.mark.parametrize("size", [0, 1, 4096, 300_000])
async def test_bodies_of_any_size_are_kept(store: Store, size: int) -> None:
    await store.put(row(body=b"x" * size, digest=b"y" * size))
    kept = await store.get("scope", "kind", "one")
    assert kept is not None
    assert (len(kept.body), len(kept.digest)) == (size, size)


async def test_a_second_put_counts_the_version_and_keeps_order_and_parent(store: Store) -> None:
    await store.put(row("parent"))
    first = await store.put(row(parent="parent"))
    second = await store.put(row(parent="other", body=b"new", group="late", expires=3.0))
    assert second == replace(first, body=b"new", version=2, group="late", expires=3.0)
    assert ids(await store.lineage("scope", "kind", "one")) == ["parent", "one"]
    assert ids(await store.page("scope", "kind", group="late")) == ["one"]


async def test_expect_zero_demands_that_there_is_none_yet(store: Store) -> None:
    await store.put(row(), expect=0)
    with pytest.raises(Conflict):
        await store.put(row(body=b"other"), expect=0)
    await store.delete("scope", "kind", "one")
    with pytest.raises(Conflict):
        await store.put(row(body=b"other"), expect=0)
    assert [one.body for one in await store.lineage("scope", "kind", "one")] == [b"body of one"]


async def test_expect_takes_that_version_alone(store: Store) -> None:
    with pytest.raises(Conflict):
        await store.put(row(), expect=1)
    assert (await store.put(row())).version == 1
    assert (await store.put(row(body=b"second"), expect=1)).version == 2
    for wrong in (1, 3):
        with pytest.raises(Conflict):
            await store.put(row(body=b"wrong"), expect=wrong)
    kept = await store.get("scope", "kind", "one")
    assert kept is not None
    assert (kept.body, kept.version) == (b"second", 2)


async def test_a_deleted_row_does_not_come_back_by_an_expected_version(store: Store) -> None:
    stored = await store.put(row())
    assert await store.delete("scope", "kind", "one")
    with pytest.raises(Conflict):
        await store.put(row(), expect=stored.version)
    assert await store.get("scope", "kind", "one") is None


async def test_an_unconditional_put_makes_a_gone_row_live(store: Store) -> None:
    first = await store.put(row())
    await store.put(row("two"))
    await store.delete("scope", "kind", "one")
    again = await store.put(row(gone=True, body=b"again"))
    assert again == replace(first, body=b"again", version=2)
    assert ids(await store.page("scope", "kind")) == ["one", "two"]
    assert await store.sweep("scope", 1e12) == 0


async def test_of_many_puts_that_expect_none_one_wins(store: Store) -> None:
    puts = [store.put(row(body=b"%d" % number), expect=0) for number in range(50)]
    answers = await asyncio.gather(*puts, return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, Row)]
    assert len(won) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 49
    assert await store.get("scope", "kind", "one") == won[0]


async def test_puts_under_way_together_are_all_kept_and_ordered(store: Store) -> None:
    stored = await asyncio.gather(*(store.put(row(str(number)), expect=0) for number in range(300)))
    assert len({one.order for one in stored}) == 300
    assert ids(await store.page("scope", "kind", limit=1000)) == ids(sorted(stored, key=lambda one: one.order))


async def test_a_conflict_leaves_its_neighbours_alone(store: Store) -> None:
    await store.put(row("taken"))
    answers = await asyncio.gather(
        store.put(row("a"), expect=0), store.put(row("taken"), expect=0), store.put(row("b"), expect=0), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [Row, Conflict, Row]
    assert ids(await store.page("scope", "kind")) == ["taken", "a", "b"]


async def test_a_put_whose_caller_left_disturbs_nobody(store: Store) -> None:
    left = asyncio.ensure_future(store.put(row("left")))
    stayed = asyncio.ensure_future(store.put(row("stayed")))
    await asyncio.sleep(0)
    left.cancel()
    assert (await stayed).id == "stayed"
    assert (await store.put(row("later"))).version == 1


async def test_delete_tells_whether_there_was_one(store: Store) -> None:
    await store.put(row())
    assert await store.delete("scope", "kind", "one") is True
    assert await store.delete("scope", "kind", "one") is False
    assert await store.delete("scope", "kind", "other") is False
    assert await store.get("scope", "kind", "one") is None


async def test_a_page_is_in_order_of_first_put(store: Store) -> None:
    for id in "cab":
        await store.put(row(id))
    await store.put(row("c", body=b"again"))
    assert ids(await store.page("scope", "kind")) == ["c", "a", "b"]
    assert ids(await store.page("scope", "kind", descending=True)) == ["b", "a", "c"]


async def test_pages_join_up_in_both_directions(store: Store) -> None:
    names = [f"{number:03}" for number in range(25)]
    for name in names:
        await store.put(row(name, group="even" if int(name) % 2 == 0 else "odd"))
    for descending, group in itertools.product((False, True), (None, "even", "odd")):
        wanted = [name for name in names if group is None or (int(name) % 2 == 0) == (group == "even")]
        read: list[str] = []
        while part := await store.page("scope", "kind", group=group, after=read[-1] if read else None, limit=4, descending=descending):
            assert len(part) <= 4
            read += ids(part)
        assert read == (wanted[::-1] if descending else wanted)


async def test_a_page_leaves_out_gone_rows_but_a_gone_row_marks_its_place(store: Store) -> None:
    for id in "abcd":
        await store.put(row(id, group="g"))
    await store.delete("scope", "kind", "b")
    assert ids(await store.page("scope", "kind")) == ["a", "c", "d"]
    assert ids(await store.page("scope", "kind", after="b")) == ["c", "d"]
    assert ids(await store.page("scope", "kind", after="b", descending=True)) == ["a"]
    assert ids(await store.page("scope", "kind", after="a", group="g", limit=1)) == ["c"]


async def test_an_unknown_after_is_followed_by_nothing(store: Store) -> None:
    await store.put(row())
    assert await store.page("scope", "kind", after="other") == []
    assert await store.page("other", "kind") == []


async def test_after_may_name_a_row_of_another_group(store: Store) -> None:
    for id, group in ("a", "x"), ("b", "y"), ("c", "x"), ("d", None):
        await store.put(row(id, group=group))
    assert ids(await store.page("scope", "kind", group="x", after="b")) == ["c"]


async def test_a_row_changes_its_group(store: Store) -> None:
    for id in "ab":
        await store.put(row(id, group="old"))
    await store.put(row("a", group="new"))
    await store.put(row("b", group=None))
    assert ids(await store.page("scope", "kind", group="old")) == []
    assert ids(await store.page("scope", "kind", group="new")) == ["a"]
    await store.put(row("b", group="new"))
    await store.put(row("a", group="old"))
    await store.put(row("a", group="new"))
    assert ids(await store.page("scope", "kind", group="new")) == ["a", "b"]


async def test_lineage_is_oldest_first_and_limited_to_the_newest(store: Store) -> None:
    await chain(store, 6)
    assert ids(await store.lineage("scope", "kind", "5")) == ["0", "1", "2", "3", "4", "5"]
    assert ids(await store.lineage("scope", "kind", "5", limit=2)) == ["4", "5"]
    assert ids(await store.lineage("scope", "kind", "5", limit=100)) == ["0", "1", "2", "3", "4", "5"]
    assert await store.lineage("scope", "kind", "5", limit=0) == []
    assert await store.lineage("scope", "kind", "six") == []


async def test_lineage_shows_gone_ancestors_with_their_bodies(store: Store) -> None:
    await chain(store, 3)
    await store.delete("scope", "kind", "0")
    await store.delete("scope", "kind", "1")
    assert await store.sweep("scope", 0.0) == 0
    assert [(one.id, one.gone, one.body) for one in await store.lineage("scope", "kind", "2")] == [
        ("0", True, b"body of 0"),
        ("1", True, b"body of 1"),
        ("2", False, b"body of 2"),
    ]


async def test_branches_of_a_parent_are_independent(store: Store) -> None:
    await chain(store, 2)
    await asyncio.gather(*(store.put(row(f"b{number}", parent="1"), expect=0) for number in range(20)))
    for number in range(20):
        assert ids(await store.lineage("scope", "kind", f"b{number}")) == ["0", "1", f"b{number}"]


async def test_a_parent_that_is_not_there_yet_leads_nowhere(store: Store) -> None:
    await store.put(row("child", parent="late"))
    await store.put(row("late", parent="child"))
    await store.put(row("child", parent="late"))
    await store.put(row("self", parent="self"))
    assert ids(await store.lineage("scope", "kind", "child")) == ["child"]
    assert ids(await store.lineage("scope", "kind", "late")) == ["child", "late"]
    assert ids(await store.lineage("scope", "kind", "self")) == ["self"]


async def test_a_parent_is_of_the_same_scope_and_kind(store: Store) -> None:
    await store.put(row("parent", kind="other"))
    await store.put(row("parent", scope="other"))
    await store.put(row("child", parent="parent"))
    assert ids(await store.lineage("scope", "kind", "child")) == ["child"]


async def test_a_sweep_takes_what_expired_and_nothing_else(store: Store) -> None:
    await store.put(row("never"))
    await store.put(row("late", expires=100.0))
    await store.put(row("now", expires=50.0))
    await store.put(row("early", expires=10.0))
    assert await store.get("scope", "kind", "early") is not None
    assert await store.sweep("scope", 50.0) == 2
    assert ids(await store.page("scope", "kind")) == ["never", "late"]
    assert await store.lineage("scope", "kind", "now") == []
    assert await store.sweep("other", 1e9) == 0
    assert await store.sweep("scope", 99.999) == 0


async def test_an_expired_ancestor_stays_until_its_last_descendant_goes(store: Store) -> None:
    await chain(store, 3, expires=1.0)
    await store.put(row("left", parent="2", expires=9.0))
    await store.put(row("right", parent="0"))
    assert await store.sweep("scope", 1.0) == 0
    assert ids(await store.page("scope", "kind")) == ["left", "right"]
    assert await store.sweep("scope", 9.0) == 3
    assert ids(await store.lineage("scope", "kind", "right")) == ["0", "right"]
    await store.delete("scope", "kind", "right")
    assert await store.sweep("scope", 9.0) == 2
    assert await store.scopes() == []


async def test_a_whole_chain_is_dropped_in_one_sweep(store: Store) -> None:
    await chain(store, 200, expires=5.0)
    assert await store.sweep("scope", 5.0) == 200
    assert await store.sweep("scope", 5.0) == 0
    assert await store.count() == {}


async def test_a_dropped_id_is_free_and_its_order_is_not(store: Store) -> None:
    first = await store.put(row(expires=1.0))
    await store.sweep("scope", 1.0)
    again = await store.put(row(), expect=0)
    assert again.version == 1
    assert again.order > first.order


async def test_a_sweep_of_many_lets_others_have_their_turn(store: Store) -> None:
    for part in range(10):
        await asyncio.gather(*(store.put(row(f"{part}.{number}", expires=1.0), expect=0) for number in range(200)))
    sweeping = asyncio.ensure_future(store.sweep("scope", 1.0))
    turns = 0
    while not sweeping.done():
        await store.put(row("meanwhile", body=b"%d" % turns))
        await asyncio.sleep(0)
        turns += 1
    assert await sweeping == 2000
    assert turns > 3
    assert await store.count() == {"kind": 1}


async def test_a_log_holds_its_newest_entries(store: Store) -> None:
    for number in range(7):
        await store.append("scope", "log", b"%d" % number, keep=5)
    assert await store.read("scope", "log") == [b"2", b"3", b"4", b"5", b"6"]
    assert await store.read("scope", "log", limit=2) == [b"5", b"6"]
    assert await store.read("scope", "log", limit=0) == []
    assert await store.read("scope", "other") == []
    await store.append("scope", "log", b"7", keep=2)
    assert await store.read("scope", "log") == [b"6", b"7"]


async def test_a_log_that_was_truncated_begins_anew_and_leaves_the_others(store: Store) -> None:
    for scope, log in (("scope", "log"), ("scope", "other"), ("another", "log")):
        await store.append(scope, log, b"1", keep=5)
    await store.truncate("scope", "log")
    await store.truncate("scope", "never")
    assert await store.read("scope", "log") == []
    assert await store.read("scope", "other") == await store.read("another", "log") == [b"1"]
    await store.append("scope", "log", b"2", keep=5)
    assert await store.read("scope", "log") == [b"2"]


async def test_entries_under_way_together_are_all_kept(store: Store) -> None:
    await asyncio.gather(*(store.append("scope", "log", b"%d" % number, keep=100) for number in range(50)))
    assert sorted(await store.read("scope", "log"), key=int) == [b"%d" % number for number in range(50)]


async def test_a_tally_adds_up(store: Store) -> None:
    assert await store.tally("scope", "name", 0) == 0
    answers = await asyncio.gather(*(store.tally("scope", "name", 2) for _ in range(20)))
    assert sorted(answers) == list(range(2, 42, 2))
    assert await store.tally("scope", "name", -1) == 39
    assert await store.tally("scope", "other", 1) == 1
    assert await store.tally("other", "name", 0) == 0


async def test_a_windowed_tally_starts_anew_in_each_window(store: Store) -> None:
    assert await store.tally("scope", "name", 3, window=60.0, now=119.9) == 3
    assert await store.tally("scope", "name", 3, window=60.0, now=60.0) == 6
    assert await store.tally("scope", "name", 0, window=60.0, now=120.0) == 0
    assert await store.tally("scope", "name", 1, window=60.0, now=125.0) == 1
    assert await store.tally("scope", "name", 1, window=0.5, now=1_754_000_000.75) == 1


async def test_clear_empties_one_scope(store: Store) -> None:
    for scope in ("scope", "other"):
        await store.put(row(scope=scope, expires=1.0))
        await store.put(row("two", scope=scope, kind="more", parent="one"))
        await store.append(scope, "log", b"entry", keep=5)
        await store.tally(scope, "name", 1)
    await store.clear("scope")
    assert await store.get("scope", "kind", "one") is None
    assert await store.page("scope", "kind") == []
    assert await store.lineage("scope", "kind", "one") == []
    assert await store.read("scope", "log") == []
    assert await store.tally("scope", "name", 0) == 0
    assert await store.sweep("scope", 9.0) == 0
    assert await store.scopes() == ["other"]
    assert await store.count() == {"kind": 1, "more": 1}
    assert await store.read("other", "log") == [b"entry"]
    assert await store.tally("other", "name", 0) == 1
    assert (await store.put(row(), expect=0)).version == 1


async def test_clearing_many_rows_hides_them_at_once(store: Store) -> None:
    for part in range(5):
        await asyncio.gather(*(store.put(row(f"{part}.{number}"), expect=0) for number in range(200)))
    clearing = asyncio.ensure_future(store.clear("scope"))
    fresh = await store.put(row("fresh"))
    await clearing
    assert await store.page("scope", "kind") in ([], [fresh])
    assert await store.get("scope", "kind", "0.0") is None


async def test_scopes_and_counts_are_of_what_is_there(store: Store) -> None:
    assert await store.scopes() == []
    assert await store.count() == {}
    for scope, kind, id in ("a", "x", "1"), ("a", "x", "2"), ("a", "y", "1"), ("b", "x", "1"):
        await store.put(row(id, scope=scope, kind=kind))
    await store.delete("b", "x", "1")
    assert sorted(await store.scopes()) == ["a", "b"]
    assert await store.count() == {"x": 2, "y": 1}
    assert await store.count("a") == {"x": 2, "y": 1}
    assert await store.count("b") == {}
    assert await store.count("c") == {}
    await store.sweep("b", 0.0)
    assert await store.scopes() == ["a"]


@dataclass
class Kept:
    """The model: rows in order of first put; which is whose parent; what is gone."""

    rows: dict[str, Row]
    above: dict[str, str]

    def line(self, id: str) -> list[str]:
        line = [id] if id in self.rows else []
        while line and line[0] in self.above:
            line.insert(0, self.above[line[0]])
        return line

    def put(self, given: Row, expect: int | None) -> bool:
        held = self.rows.get(given.id)
        if expect is not None and expect != (0 if held is None else -1 if expect and held.gone else held.version):
            return False
        if held is None and given.parent in self.rows:
            self.above[given.id] = given.parent
        parent = given.parent if held is None else held.parent
        self.rows[given.id] = replace(given, parent=parent, gone=False, version=1 if held is None else held.version + 1)
        return True

    def sweep(self, now: float) -> int:
        for id, one in self.rows.items():
            self.rows[id] = replace(one, gone=one.gone or (one.expires is not None and one.expires <= now))
        needed = {id for one in self.rows.values() if not one.gone for id in self.line(one.id)}
        dropped = self.rows.keys() - needed
        self.rows = {id: one for id, one in self.rows.items() if id in needed}
        self.above = {id: parent for id, parent in self.above.items() if id in needed}
        return len(dropped)


IDS = st.sampled_from([f"id_{number}" for number in range(6)])
TIMES = st.sampled_from([1.0, 2.0, 3.0])
GROUPS = st.sampled_from(["g", "h"])


def machine_over(store: Store, runner: asyncio.Runner) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.scope = f"scope {next(SCOPES)}"
            self.model = Kept({}, {})

        def teardown(self) -> None:
            runner.run(store.clear(self.scope))

        @rule(id=IDS, parent=st.none() | IDS, group=st.none() | GROUPS, expires=st.none() | TIMES, expect=st.none() | st.integers(0, 3))
        def put(self, id: str, parent: str | None, group: str | None, expires: float | None, expect: int | None) -> None:
            given = Row(self.scope, "kind", id, f"{parent} {group}".encode(), b"", parent, group, expires)
            took = self.model.put(given, expect)
            try:
                stored = runner.run(store.put(given, expect=expect))
            except Conflict:
                assert not took
            else:
                assert took
                assert replace(stored, order=0) == self.model.rows[id]

        @rule(id=IDS)
        def delete(self, id: str) -> None:
            held = self.model.rows.get(id)
            assert runner.run(store.delete(self.scope, "kind", id)) == (held is not None and not held.gone)
            if held is not None:
                self.model.rows[id] = replace(held, gone=True)

        @rule(now=TIMES)
        def sweep(self, now: float) -> None:
            assert runner.run(store.sweep(self.scope, now)) == self.model.sweep(now)

        @rule(id=IDS, limit=st.none() | st.integers(1, 3))
        def look(self, id: str, limit: int | None) -> None:
            held = self.model.rows.get(id)
            found = runner.run(store.get(self.scope, "kind", id))
            assert (found and replace(found, order=0)) == (None if held is None or held.gone else held)
            line = runner.run(store.lineage(self.scope, "kind", id, limit=limit))
            assert [replace(one, order=0) for one in line] == [self.model.rows[name] for name in self.model.line(id)[-(limit or 99) :]]

        @rule(group=st.none() | GROUPS, after=st.none() | IDS, limit=st.integers(1, 6), descending=st.booleans())
        def page(self, group: str | None, after: str | None, limit: int, descending: bool) -> None:
            names = list(self.model.rows)[:: -1 if descending else 1]
            names = names if after is None else names[names.index(after) + 1 :] if after in names else []
            rows = [self.model.rows[name] for name in names]
            wanted = [one for one in rows if not one.gone and group in (None, one.group)][:limit]
            found = runner.run(store.page(self.scope, "kind", group=group, after=after, limit=limit, descending=descending))
            assert [replace(one, order=0) for one in found] == wanted

        @rule()
        def count(self) -> None:
            living = sum(not one.gone for one in self.model.rows.values())
            assert runner.run(store.count(self.scope)) == ({"kind": living} if living else {})
            assert (self.scope in runner.run(store.scopes())) == bool(self.model.rows)

        @rule()
        def clear(self) -> None:
            runner.run(store.clear(self.scope))
            self.model = Kept({}, {})

    return Machine


def test_it_agrees_with_a_model_of_a_few_lines(store: Store, runner: asyncio.Runner) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine_over(store, runner), settings=settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=checks)
    )
