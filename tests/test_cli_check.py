"""`check` says what the service would answer, of every form in which people keep tools and formats."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from azure_openai_mock.cli import main
from azure_openai_mock.testing import MockServer

STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
OPEN: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}}
GOOD = {"type": "function", "name": "get_weather", "parameters": STRICT, "strict": True}
BAD = {"type": "function", "name": "search", "parameters": OPEN, "strict": True}
MODULE = """
from pydantic import BaseModel

class Order(BaseModel):
    id: int
    note: str = ""

class Loose(BaseModel):
    tags: dict[str, str]

TOOLS = [{"type": "function", "function": {"name": "f g"}}]
NUMBER = object()
"""


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["check", *arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    _, out, _ = checked(capsys, "--json", *arguments)
    return [json.loads(line) for line in out.splitlines()]


def kept(folder: Path, document: Any) -> str:
    path = folder / "kept.json"
    path.write_text(json.dumps(document))
    return str(path)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "shop_checked.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("shop_checked", None)
    return "shop_checked"


def test_each_tool_is_asked_about_alone_and_named_by_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = checked(capsys, kept(tmp_path, [GOOD, BAD, {"type": "web_search"}]), "--profile", "ga")
    assert status == 1
    assert out.splitlines() == [
        "taken    tools[0] get_weather",
        "refused  tools[1] search",
        "         400 invalid_function_parameters at tools[1].parameters",
        "         Invalid schema for function 'search': In context=(), 'additionalProperties' is required to be supplied and to be false.",
        "taken    tools[2] web_search",
        "2 taken, 1 refused, in the profile ga",
    ]


def test_it_is_what_a_server_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    import openai

    [mine] = told(capsys, kept(tmp_path, [BAD]), "--profile", "ga")
    with MockServer(profile="ga") as mock, pytest.raises(openai.BadRequestError) as refused:
        mock.client().responses.create(model="gpt-4o", input="hi", tools=[BAD])  # type: ignore[list-item]
    assert mine["error"] == refused.value.body
    assert mine["status"] == 400


@pytest.mark.parametrize(
    ("document", "what", "param"),
    [
        (BAD, "tools[0] search", "tools[0].parameters"),
        ({"tools": [BAD]}, "the request", "tools[0].parameters"),
        ({"type": "json_schema", "name": "n", "strict": True, "schema": OPEN}, "text.format", "text.format.schema"),
        ({"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": OPEN}}, "response_format", "response_format"),
        (OPEN, "kept as text.format", "text.format.schema"),
        ({**OPEN, "title": "City, state"}, "City, state as text.format", "text.format.schema"),
        ({"model": "gpt-4o", "input": "hi", "temperature": 3}, "the request", "temperature"),
        ({"messages": [{"role": "user", "content": "hi"}], "temperature": 3}, "the request", "temperature"),
        ([{"type": "function", "function": {"name": "f g"}}], "tools[0] f g", "tools[0].function.name"),
        ([{"type": "telepathy"}], "tools[0] telepathy", "tools[0].type"),
        (["telepathy"], "tools[0]", "tools[0]"),
    ],
)
def test_every_form_is_known(capsys: pytest.CaptureFixture[str], tmp_path: Path, document: Any, what: str, param: str) -> None:
    [answer] = told(capsys, kept(tmp_path, document), "--profile", "ga")
    assert (answer["what"], answer["error"]["param"]) == (what, param)


def test_a_request_is_asked_about_tool_by_tool_and_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    request = {"tools": [GOOD, {**GOOD, "name": "other"}], "tool_choice": {"type": "function", "name": "third"}}
    answers = told(capsys, kept(tmp_path, request), "--profile", "ga")
    assert [answer["status"] for answer in answers] == [200, 200, 400]
    assert answers[-1]["error"]["param"] == "tool_choice"


def test_a_model_is_taken_in_the_form_in_which_the_client_sends_it(capsys: pytest.CaptureFixture[str], package: str) -> None:
    status, out, _ = checked(capsys, f"{package}:Order")
    assert (status, out.splitlines()[:2]) == (0, ["taken    Order as text.format", "taken    Order as parameters"])
    assert checked(capsys, f"{package}:Order", "--as-is")[0] == 1
    assert [answer["error"]["param"] for answer in told(capsys, f"{package}:Loose")] == ["text.format.schema", "tools[0].parameters"]
    assert told(capsys, f"{package}:TOOLS", f"{package}:Order")[0]["what"] == "tools[0] f g"


def test_profile_model_and_path_decide(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    search = kept(tmp_path, [{"type": "web_search"}])
    assert checked(capsys, search, "--profile", "ga")[0] == 0
    assert checked(capsys, search, "--profile", "ga", "--model", "o1")[0] == 1
    assert checked(capsys, search, "--profile", "preview")[0] == 1
    drawing = kept(tmp_path, [{"type": "image_generation"}])
    assert checked(capsys, drawing, "--profile", "ga")[0] == 0
    assert "/openai/v1" in told(capsys, drawing, "--profile", "ga", "--dated")[0]["hint"]


def test_standard_input_is_a_file() -> None:
    command = [sys.executable, "-m", "azure_openai_mock", "check", "-"]
    done = subprocess.run(command, input=json.dumps([GOOD]), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "taken    tools[0] get_weather")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.json"], "nothing.json: No such file"),
        (["no_such_package_here:Name"], "no_such_package_here:Name: No module named"),
        (["json:Nothing"], "json:Nothing: module 'json' has no attribute"),
        (["shop_checked:NUMBER"], "neither a Pydantic model nor something that JSON can say"),
        (["shop_checked:Order", "--model", "gpt-5", "--profile", "preview"], "--profile ga has it"),
        (["shop_checked:Order", "--profile", "gaa"], "gaa"),
    ],
)
def test_what_cannot_be_asked_about_ends_with_two(
    capsys: pytest.CaptureFixture[str], package: str, arguments: list[str], said: str
) -> None:
    status, out, err = checked(capsys, *arguments)
    assert (status, out) == (2, "")
    assert said in err


def test_broken_json_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    assert "not JSON" in checked(capsys, str(tmp_path / "broken.json"))[2]


def test_the_help_tells_the_sources_and_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "exit status" in out
    assert "package:Name" in out
