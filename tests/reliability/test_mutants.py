"""The short form of `make mutants`: changes are what they say, and the tests of the smallest files notice theirs."""

from __future__ import annotations

import ast

import pytest
from tests.reliability.mutants import KIT, RELEVANT, ROOT, SERVER, drawn, module_of, mutants_of, noticed, relevant, sound

SMALL = SERVER / "wire/sse.py"


def test_a_mutant_is_one_change_and_still_python() -> None:
    path = SERVER / "http/hosts.py"
    before = ast.unparse(ast.parse((ROOT / path).read_text()))
    made = [mutant.code for mutant in mutants_of(path)]
    assert before not in made
    assert len(set(made)) > len(made) * 0.8
    for code in made:
        compile(code, str(path), "exec")


def test_a_sample_is_drawn_by_its_seed() -> None:
    assert drawn(["wire/"], 10, 7) == drawn(["wire/"], 10, 7) != drawn(["wire/"], 10, 8)
    assert len(drawn(["wire/"], 10, 7)) == 10


@pytest.mark.parametrize("path", RELEVANT, ids=str)
def test_every_file_that_is_changed_has_tests_that_look_at_it(path: object) -> None:
    assert relevant(path)  # type: ignore[arg-type]


def test_a_module_is_named_as_it_is_imported() -> None:
    assert module_of(KIT / "sse.py") == "azure_openai_contracts.sse"
    assert module_of(SERVER / "wire/sse.py") == "azure_openai_mock.wire.sse"


def test_the_writers_tests_pass_as_it_stands_and_notice_what_is_changed() -> None:
    assert sound(SMALL)
    blank = next(mutant for mutant in mutants_of(SMALL) if "event: %b" in mutant.what)
    assert noticed(SMALL, blank.code, relevant(SMALL))


def test_a_change_that_says_nothing_is_not_noticed() -> None:
    assert not noticed(SMALL, (ROOT / SMALL).read_text() + "\n# nothing\n", relevant(SMALL))
