"""The catalogue for people: the table, one row whole, and the page that is made of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from azure_openai_mock.azure import errors, filters
from azure_openai_mock.behaviour import chaos
from azure_openai_mock.cli.errors import errors as command
from azure_openai_mock.cli.errors import page, whole
from azure_openai_mock.cli.faults import faults as wire
from azure_openai_mock.faults import FAULTS, catalogue
from azure_openai_mock.wire.refusal import Refusal

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"
ROWS = errors.catalogue()


def test_the_page_is_as_the_tables_are() -> None:
    assert PAGE.read_text() == page(), "the tables changed: run `make docs`"


def test_the_page_names_everything_that_can_go_wrong() -> None:
    text = page()
    for name in [*(row.key for row in ROWS), *FAULTS, *filters.canary_words(), *chaos.modes()]:
        assert f"`{name}`" in text


def test_the_page_s_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", page(), re.S)
    exec(compile(example, "<docs/errors.md>", "exec"), {"__name__": "example"})


def test_the_list_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert command([]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == [row.key for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_is_shown_whole_in_each_of_its_forms(row: errors.ErrorRow) -> None:
    text = whole(row)
    assert row.source in text
    assert row.confidence in text
    assert (f"HTTP/1.1 {row.status}" in text) is ("body" in row.forms)
    if row.faultable:
        assert errors.render(Refusal(row.key)).body.decode() in text
    streamed = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
    assert streamed == ([errors.stream_error(row.key)] if "stream" in row.forms else [])
    assert ('"status": "failed"' in text) is ("failed" in row.forms)


def test_an_unknown_key_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["rate_limite"]) == 2
    assert "did you mean 'rate_limited'?" in capsys.readouterr().err


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_shown_whole_with_every_door(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert wire([name]) == 0
    text = capsys.readouterr().out
    [row] = [row for row in catalogue() if row["name"] == name]
    assert all(word in text for word in [row["about"], *(spec["about"] for spec in row["settings"])])
    doors = dict(re.findall(r"^(a rule|a header|pytest|a command) +(.*)$", text, re.M))
    assert name in doors["a header"]
    assert name in json.loads(doors["a rule"])["fault"][0]
    compile(doors["pytest"], "<door>", "exec")


def test_faults_and_errors_know_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert (command(["cut"]), wire(["rate_limited"]), wire(["cutt"])) == (2, 2, 2)
    told = capsys.readouterr().err
    assert "azure-openai-mock faults cut\n" in told
    assert "azure-openai-mock errors rate_limited\n" in told
    assert "no fault 'cutt'; did you mean 'cut'?" in told
    assert wire([]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*FAULTS]
