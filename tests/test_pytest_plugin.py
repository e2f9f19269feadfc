"""The fixture, the context manager and the command before a command."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests import cassettes

from azure_openai_mock.cli import main
from azure_openai_mock.testing import Mock, MockServer

pytest_plugins = ["pytester"]

THREE_LINES = """
def test_it_speaks(azure_openai):
    azure_openai.say("Hello from the rule.")
    client = azure_openai.client()
    assert client.responses.create(model="gpt-4o", input="hi").output_text == "Hello from the rule."
"""


@pytest.fixture
def outer(pytester: pytest.Pytester) -> pytest.Pytester:
    paths = [path for path in sys.path if path.endswith(("mockserver", "contracts"))]
    pytester.syspathinsert(*paths[:1]) if paths else None
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    return pytester


def run(outer: pytest.Pytester, *options: str) -> pytest.RunResult:
    return outer.runpytest_subprocess("-p", "azure_openai_mock.pytest_plugin", *options)


def loaded(outer: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run with the plugin exactly once, whether or not the distribution is installed."""
    from importlib.metadata import entry_points

    installed = any(point.value == "azure_openai_mock.pytest_plugin" for point in entry_points(group="pytest11"))
    return outer.runpytest_subprocess(*options) if installed else run(outer, *options)


def test_a_three_line_test_passes(outer: pytest.Pytester) -> None:
    outer.makepyfile(THREE_LINES)
    loaded(outer).assert_outcomes(passed=1)


def test_a_rule_that_nothing_used_fails_the_test_and_says_what_came_closest(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        def test_it(azure_openai):
            azure_openai.say("x", when={"model": "gpt-4.1"})
            azure_openai.client().responses.create(model="gpt-4o", input="hi")
        """
    )
    result = loaded(outer)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*was never used*", "*closest*model wants 'gpt-4.1', found 'gpt-4o'*"])


def test_the_journal_is_printed_when_a_test_fails(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        def test_it(azure_openai):
            azure_openai.client().responses.create(model="gpt-4o", input="hi")
            assert False
        """
    )
    result = loaded(outer)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*azure-openai-mock journal*", "200  POST    /openai/v1/responses  gpt-4o  turn 1 *"])


def test_a_marker_chooses_profile_and_region(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        import pytest

        @pytest.mark.azure_openai(profile="ga", region="swedencentral")
        def test_it(azure_openai):
            raw = azure_openai.client().responses.with_raw_response.create(model="gpt-5", input="hi")
            assert raw.headers["x-ms-region"] == "Sweden Central"
            assert azure_openai.requests.where(model="gpt-5").count == 1
        """
    )
    loaded(outer).assert_outcomes(passed=1)


def test_an_expectation_that_is_not_met_fails_the_test_and_says_what_came_closest(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        def test_it(azure_openai):
            azure_openai.expect({"$.input": "hello"}, model="gpt-4o", times=1)
            azure_openai.client().responses.create(model="gpt-4o", input="hi")
        """
    )
    result = loaded(outer)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "expected 1 of ($.input='hello', model='gpt-4o'), there were 0",
            "*closest*$.input wants 'hello', found 'hi'",
            "*azure-openai-mock journal*",
            "200  POST    /openai/v1/responses*",
        ]
    )
    result.stdout.no_fnmatch_line("*During handling*")


@pytest.mark.parametrize(
    "marker, said",
    [
        ("profil='ga'", "@pytest.mark.azure_openai: profil: no such setting; did you mean 'profile'?"),
        ("region='swedencentrall'", "@pytest.mark.azure_openai: region: 'swedencentrall' is not among *; did you mean 'swedencentral'?"),
        ("'ga'", "@pytest.mark.azure_openai: takes settings by name, not 'ga'"),
    ],
)
def test_a_wrong_marker_is_one_sentence(outer: pytest.Pytester, marker: str, said: str) -> None:
    outer.makepyfile(f"import pytest\n\n@pytest.mark.azure_openai({marker})\ndef test_it(azure_openai):\n    pass\n")
    result = loaded(outer)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*remote.py*")


def test_what_the_mock_says_no_to_is_shown_where_the_test_asked(outer: pytest.Pytester) -> None:
    outer.makepyfile("def test_it(azure_openai):\n    azure_openai.fault('rate_limitd')\n")
    result = loaded(outer)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">       azure_openai.fault('rate_limitd')", "E  *did you mean 'rate_limited'?"])
    result.stdout.no_fnmatch_line("*remote.py*")


def test_what_stands_in_pyproject_and_in_the_ini_file_holds_for_tests(outer: pytest.Pytester) -> None:
    outer.makefile(".toml", pyproject="[tool.azure-openai-mock]\nprofile = 'ga'\nregion = 'westeurope'\nport = 1\nworkers = 4\n")
    outer.makeini("[pytest]\naddopts = -p no:cacheprovider\nazure_openai_region = swedencentral\n")
    outer.makepyfile(
        """
        def test_it(azure_openai):
            assert (azure_openai.settings()["profile"], azure_openai.settings()["region"]) == ("ga", "swedencentral")
        """
    )
    loaded(outer).assert_outcomes(passed=1)


def test_rules_of_all_tests_are_found_from_any_folder(outer: pytest.Pytester) -> None:
    outer.makefile(".toml", pyproject="[tool.azure-openai-mock]\nprofile = 'ga'\nrules = 'rules.yaml'\n")
    outer.makefile(".yaml", rules="- {say: From the file.}")
    below = outer.mkdir("below")
    (below / "test_it.py").write_text(
        "def test_it(azure_openai):\n"
        "    assert azure_openai.client().responses.create(model='gpt-4o', input='hi').output_text == 'From the file.'\n"
    )
    os.chdir(below)
    loaded(outer, "--rootdir", str(outer.path)).assert_outcomes(passed=1)


def test_cassettes_of_all_tests_are_found_from_any_folder(outer: pytest.Pytester) -> None:
    outer.makefile(".toml", pyproject="[tool.azure-openai-mock]\nreplay = ['chat.json']\n")
    cassettes.write(outer.path / "chat.json", cassettes.exchange({"model": "gpt-4o", "input": "hi"}, cassettes.response("r1", "Recorded.")))
    below = outer.mkdir("below")
    (below / "test_it.py").write_text(
        "def test_it(azure_openai):\n"
        "    assert azure_openai.client().responses.create(model='gpt-4o', input='hi').output_text == 'Recorded.'\n"
    )
    os.chdir(below)
    loaded(outer, "--rootdir", str(outer.path)).assert_outcomes(passed=1)


def test_a_wrong_setting_is_one_sentence(outer: pytest.Pytester) -> None:
    outer.makefile(".toml", pyproject="[tool.azure-openai-mock]\nprofil = 'ga'\n")
    outer.makepyfile(THREE_LINES)
    result = loaded(outer)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*did you mean profile*"])


def test_all_workers_of_xdist_use_one_server_that_ends_with_the_run(outer: pytest.Pytester, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    seen.mkdir()
    outer.makepyfile(
        f"""
        import os, pathlib, pytest

        @pytest.mark.parametrize("number", range(40))
        def test_it(azure_openai, number):
            azure_openai.say(f"I am {{number}}.", times=1)
            client = azure_openai.client()
            assert client.responses.create(model="gpt-4o", input="who?").output_text == f"I am {{number}}."
            assert azure_openai.requests.count == 1
            pathlib.Path({str(seen)!r}, f"{{os.getpid()}}").write_text(azure_openai.url)
        """
    )
    loaded(outer, "-n", "3").assert_outcomes(passed=40)
    urls = {path.read_text() for path in seen.iterdir()}
    assert len(urls) == 1
    host, _, port = urls.pop().removeprefix("http://").rpartition(":")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), 1)


def _gone(url: str) -> bool:
    """Whether nobody listens there, soon."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_a_server_in_a_process_ends_with_the_one_that_started_it() -> None:
    program = (
        "import os, signal\n"
        "from azure_openai_mock.testing import MockServer\n"
        "print(MockServer(process=True).start().url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=60)
    assert told.returncode == -signal.SIGKILL
    assert _gone(told.stdout.strip())


def test_nothing_is_imported_until_it_is_used(outer: pytest.Pytester) -> None:
    outer.makepyfile(
        """
        import sys

        def test_it():
            assert not {"azure_openai_mock.testing", "azure_openai_mock.app", "openai"} & set(sys.modules)
        """
    )
    loaded(outer).assert_outcomes(passed=1)


@pytest.mark.parametrize("process", [False, True])
def test_a_context_manager_gives_the_same_handle(process: bool) -> None:
    with MockServer(process=process, profile="ga") as mock:
        mock.fault("rate_limited")
        client = mock.client(max_retries=1)
        first = client.responses.create(model="gpt-4o", input="hi")
        assert mock.requests.where(status=429).count == 1
        mock.clock.advance("30d")
        assert mock.requests.bodies[-1] == {"input": "hi", "model": "gpt-4o"}
        with pytest.raises(Exception, match="not found"):
            client.responses.retrieve(first.id)


def test_it_is_asynchronous_too() -> None:
    async def work() -> None:
        async with MockServer(profile="ga") as mock, mock.async_client() as client:
            assert (await client.responses.create(model="gpt-4o", input="hi")).output_text

    asyncio.run(work())


def test_exec_runs_a_command_against_a_server_of_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "program.py"
    script.write_text("import sys, openai\nprint(openai.OpenAI().responses.create(model='gpt-4o', input='hi').status)\nsys.exit(7)\n")
    assert main(["exec", "--profile", "ga", "--", sys.executable, str(script)]) == 7
    assert "completed" in capfd.readouterr().out


def test_env_prints_what_to_export(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--url", "http://127.0.0.1:9"]) == 0
    assert "export AZURE_OPENAI_ENDPOINT=http://127.0.0.1:9\n" in capsys.readouterr().out


def test_a_handle_seeds_resets_and_changes() -> None:
    with MockServer(profile="ga") as mock:
        assert isinstance(mock, Mock)
        made = mock.client().responses.create(model="gpt-4o", input="hi").to_dict()
        assert mock.seed({**made, "id": "resp_mine"}) == "resp_mine"
        mock.change(region="westeurope")
        mock.reset()
        assert mock.settings()["profile"] == "ga"
        assert mock.settings()["region"] is None
