"""What the page about recording and replaying shows is so: each of its snippets, one after the other."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from azure_openai_mock.testing import MockServer

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "record-and-replay.md"
TEXT = PAGE.read_text("utf-8")
SERVICE = "https://RESOURCE.openai.azure.com"
CASSETTE = "cassettes/azure/chat.yaml"
RULES: list[dict[str, object]] = [
    {"say": "The capital of France is Paris.", "when": {"input": "What is the capital of France?"}},
    {"say": "It is Rome.", "when": {"input": "And of Italy?"}},
]


def snippet(kind: str) -> str:
    [text] = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    return str(text)


def commands() -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def command(beginning: str, **instead: str) -> list[str]:
    """The page's command that begins so, with what is different here."""
    [line] = [line for line in commands() if line.startswith(f"azure-openai-mock {beginning}")]
    for old, new in instead.items():
        line = line.replace({"service": SERVICE}[old], new)
    return [sys.executable, "-m", "azure_openai_mock", *shlex.split(line)[1:]]


def run(code: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    exec(compile(code, str(PAGE), "exec"), {})
    return capsys.readouterr().out.splitlines()


@contextmanager
def running(arguments: list[str], folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The command on a free port: its URL, and what it says until it is told to end."""
    told: list[str] = []
    arguments = [*arguments, "--port", "0"]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                told.append(line)
                if found := re.search(r"http://127\.0\.0\.1:(?!\d+ \()\d+(?= into|/?\s)", line):
                    yield found[0], told
                    break
        finally:
            process.send_signal(signal.SIGINT)
            told.extend(process.stdout)
    assert process.returncode == 0, "".join(told)


def test_the_page_holds_from_its_beginning_to_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "a-key-of-this-test-alone")
    with MockServer(profile="ga") as mock:
        mock.rules.add(*RULES)
        with running(command("record", service=mock.url), tmp_path) as (url, told):
            events = run(snippet("python record").replace("http://127.0.0.1:8090", url), capsys)
        assert events[-1] == "response.completed"
        said = "".join(told)
        for line in snippet("text").splitlines()[1:3]:
            assert re.search(re.sub(r"\d+(\\\.\d+)?", r"[\\d.]+", re.escape(line)), said), (line, said)
        assert told[-1] == snippet("text").splitlines()[-1] + "\n"
        assert "a-key-of-this-test-alone" not in Path(CASSETTE).read_text()
        played = snippet("python vcrpy").replace("https://redacted-resource-1.openai.azure.com", mock.url)
        assert run(played, capsys) == ["The capital of France is Paris."]
    with running(command("serve --replay"), tmp_path) as (url, screen):
        replayed = run(snippet("python replay").replace("http://127.0.0.1:8080", url), capsys)
    assert f"  replay    2 recorded answers, from {CASSETTE}\n" in screen
    assert replayed == ["The capital of France is Paris.", "It is Rome.", "completed"]
    subprocess.run(command("import"), cwd=tmp_path, check=True, capture_output=True, timeout=60)
    rules = yaml.safe_load(Path("rules.yaml").read_text())
    assert rules == yaml.safe_load(snippet("yaml"))
    with running(command("serve --rules"), tmp_path) as (url, _):
        assert run(snippet("python replay").replace("http://127.0.0.1:8080", url), capsys)[:2] == replayed[:2]


def test_every_command_of_the_page_is_tried_above() -> None:
    assert len(commands()) == 4
    assert all(line.startswith("azure-openai-mock ") for line in commands())
