"""The command: what it says, what it does to a running server, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from azure_openai_mock import __version__
from azure_openai_mock.cli import COMMANDS, main
from azure_openai_mock.cli.doctor import lacks_responses
from azure_openai_mock.testing import Mock, MockServer

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AZURE_OPENAI_MOCK_")},
    "PYTHONPATH": os.pathsep.join([str(ROOT / "mockserver"), str(ROOT / "contracts")]),
}
OURS = [name for name, (target, _) in COMMANDS.items() if target.startswith("azure_openai_mock.")]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AZURE_OPENAI_MOCK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    running = MockServer(profile="ga").start()
    yield running
    running.stop()


@pytest.fixture
def mock(server: MockServer) -> Mock:
    return server.scope()


class Said:
    """What a command said and how it ended."""

    def __init__(self, status: int, capsys: pytest.CaptureFixture[str]) -> None:
        self.status = status
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(mock: Mock, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command against the test's scope."""

    def command(*argv: str) -> Said:
        return Said(main([*argv, "--url", mock.url, "--scope", mock.scope]), capsys)

    return command


def ask(mock: Mock, **more: Any) -> int:
    """The status of one create in the scope."""
    request = urllib.request.Request(
        f"{mock.url}/openai/v1/responses",
        json.dumps({"model": "gpt-4o", "input": "hi", **more}).encode(),
        {"content-type": "application/json", "api-key": mock.key},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


# ---- the door --------------------------------------------------------------------------------------------------------------------------


def test_help_names_every_command_and_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(main(["--help"]), capsys)
    assert said.status == 0
    assert all(re.search(rf"^  {name} ", said.out, re.M) for name in COMMANDS)
    assert "azure-openai-mock clock advance 30d" in said.out


def test_nothing_said_is_help_and_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(main([]), capsys)
    assert (said.status, said.out.startswith("usage:")) == (2, True)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert Said(main(["--version"]), capsys).out == f"azure-openai-mock {__version__}\n"


def test_an_unknown_command_is_met_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(main(["serv"]), capsys)
    assert (said.status, said.err) == (2, "azure-openai-mock: no command 'serv'; did you mean serve?\n")


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_there_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, _, function = COMMANDS[name][0].partition(":")
    assert callable(getattr(import_module(module), function))
    try:
        status = main([name, "--help"])
    except SystemExit as ended:
        status = int(ended.code or 0)
    assert status == 0
    assert capsys.readouterr().out.startswith("usage: azure-openai-mock " + name)


@pytest.mark.parametrize("name", [name for name in OURS if name != "demo"])
def test_every_command_teaches_by_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert re.search(rf"^  azure-openai-mock {name}( |$)", capsys.readouterr().out, re.M)


@pytest.mark.parametrize(
    "given, said",
    [
        (["serve", "--proflie", "ga"], "azure-openai-mock serve: no option --proflie; did you mean --profile? (--help tells more)\n"),
        (["exec", "--profil=ga", "--reigon", "x", "--", "true"], "exec: no option --reigon; did you mean --region?"),
        (["fault", "cut", "--time", "2", "--zzz"], "fault: no option --zzz (--help"),
        (["reset", "everything"], "reset: what is 'everything' for? (--help"),
    ],
)
def test_a_wrong_option_is_met_with_the_nearest_on_one_line(given: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    told = capsys.readouterr().err
    assert (ended.value.code, said in told, told.count("\n")) == (2, True, 1), told


def test_a_region_that_is_none_stops_the_start(tmp_path: Path) -> None:
    wrong = ["--profile", "ga", "--region", "swedencentrall", "--store", "memory"]
    told = subprocess.run(
        [sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", *wrong],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=tmp_path,
        timeout=60,
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "azure-openai-mock: region: 'swedencentrall' is not among those of ga; did you mean 'swedencentral'?\n"


def test_the_module_is_the_command() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "azure_openai_mock", "--version"], capture_output=True, text=True, env=ENVIRONMENT, timeout=60
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, f"azure-openai-mock {__version__}\n", "")


# ---- what needs no server --------------------------------------------------------------------------------------------------------------


def test_profiles_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(main(["profiles"]), capsys)
    header, month, *_ = said.out.splitlines()
    assert header.split() == ["dated-2025-03", "ga", "preview"]
    assert month.split()[1:] == ["2025-03", "2026-08", "2025-08"]
    assert re.search(r"^tool web_search  +refused  +served  +refused$", said.out, re.M)
    assert re.search(r"^tool mcp  +unknown  +served on /openai/v1  +served on /openai/v1$", said.out, re.M)
    assert Said(main(["profiles", "prevew"]), capsys).status == 2


def test_errors_are_listed_and_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert "rate_limited" in Said(main(["errors"]), capsys).out
    shown = Said(main(["errors", "rate_limited"]), capsys).out
    assert re.search(r"^HTTP/1\.1 429 ", shown, re.M)
    assert re.search(r"^retry-after: ", shown, re.M)
    wrong = Said(main(["errors", "rate_limit"]), capsys)
    assert (wrong.status, "rate_limited" in wrong.err) == (2, True)


def test_doctor_says_what_is_in_force_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "azure-openai-mock.yaml").write_text("profile: ga\napi-key: [swordfish]\n")
    said = Said(main(["doctor", "--region", "swedencentral"]), capsys)
    assert said.status == 0
    assert re.search(r"profile +ga +from azure-openai-mock\.yaml", said.out)
    assert re.search(r"region +swedencentral +from a flag", said.out)
    assert re.search(r"gate +strict +by default", said.out)
    assert "swordfish" not in said.out


@pytest.mark.parametrize("release, lacks", [("1.65.5", True), ("1.66.0", False), ("0.28.1", True), ("3.54.0", False), ("2.0.0rc1", False)])
def test_doctor_knows_which_clients_have_no_responses(release: str, lacks: bool) -> None:
    assert lacks_responses(release) == lacks


def test_doctor_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "azure-openai-mock.yaml").write_text("gates: strict\n")
    said = Said(main(["doctor"]), capsys)
    assert (said.status, "did you mean gate" in said.out) == (1, True)


@pytest.mark.skipif(find_spec("openai") is None, reason="needs the openai package, which the contracts extra installs")
def test_the_demo_chains_two_turns() -> None:
    told = subprocess.run([sys.executable, "-m", "azure_openai_mock", "demo"], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    assert told.returncode == 0, told.stderr
    first, second = re.findall(r"\.id +(resp_\w+)", told.stdout)
    assert first != second


# ---- what speaks to a server -----------------------------------------------------------------------------------------------------------


def test_the_clock_moves(run: Any) -> None:
    began = run("clock").json["now"]
    assert run("clock", "advance", "30d").json["now"] - began >= 30 * 86400
    assert run("clock", "freeze").json["frozen"] is True
    assert run("clock", "set", "1755000000").json == {"now": 1755000000, "frozen": True}
    assert run("clock", "thaw").json["frozen"] is False


def test_a_fault_meets_the_next_calls(run: Any, mock: Mock) -> None:
    assert run("fault", "rate_limited", "--times", "2").status == 0
    assert [ask(mock) for _ in range(3)] == [429, 429, 200]
    assert "cut " in run("fault").out


def test_a_fault_takes_settings_and_operations(run: Any, mock: Mock) -> None:
    assert run("fault", "refuse;status=503, delay;for=1ms", "--operation", "*").status == 0
    assert ask(mock) == 503


def test_rules_are_added_listed_and_cleared(run: Any, mock: Mock, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("- name: hello\n  say: Hello.\n")
    assert len(run("rules", "add", str(file)).json["rules"]) == 1
    assert ask(mock) == 200
    assert [(rule["name"], rule["used"]) for rule in run("rules").json["rules"]] == [("hello", 1)]
    assert run("rules", "clear").status == 0
    assert run("rules").json == {"rules": []}


def test_a_wrong_rules_file_is_named_with_its_line(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("- name: hello\n  sya: Hello.\n")
    said = run("rules", "add", str(file))
    assert said.status == 1
    assert re.search(r"rules\.yaml.*2.*sya.*say", said.err)


def test_requests_are_shown_newest_last(run: Any, mock: Mock) -> None:
    ask(mock)
    ask(mock, model="")
    lines = run("requests").out.splitlines()
    assert [line.split()[0] for line in lines] == ["200", "400"]
    assert run("requests", "--last", "1", "--json").json[0]["status"] == 400


def test_reset_empties_the_scope(run: Any, mock: Mock) -> None:
    ask(mock)
    assert run("reset").status == 0
    assert run("requests").out == ""


def test_no_server_is_one_sentence_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(main(["clock", "--url", f"http://127.0.0.1:{_free()}"]), capsys)
    assert said.status == 1
    assert said.err.count("\n") == 1
    assert "azure-openai-mock serve" in said.err


def test_what_the_server_refuses_is_said(run: Any) -> None:
    said = run("clock", "advance", "soon")
    assert (said.status, "soon" in said.err) == (1, True)


# ---- serving ---------------------------------------------------------------------------------------------------------------------------


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    while STARTED:
        process = STARTED.pop()
        process.kill()
        process.communicate(timeout=15)


def serving(*flags: str, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**ENVIRONMENT, **env})
    STARTED.append(process)
    return process


def until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(said + (process.stderr.read() if process.stderr else ""))


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=15)
    STARTED.remove(process)
    return process.returncode, out, err


def test_the_first_screen_says_what_to_paste(tmp_path: Path) -> None:
    process = serving("--store", f"sqlite:///{tmp_path / 'kept.sqlite3'}")
    said = until(process, "Ctrl-C")
    url = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert url is not None
    for needed in ("preview", "the default", "eastus2", "kept.sqlite3", "0 responses", "AzureOpenAI(base_url=", "OpenAI(base_url=", "ga"):
        assert needed in said, needed
    status, out, err = ended(process, signal.SIGTERM)
    assert (status, err) == (0, "")
    assert re.fullmatch(r"served 0 requests in \d+ s\n", out.strip("\n") + "\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("flags", [[], ["--workers", "2"], ["--http", "h11"]], ids=["one", "two workers", "h11"])
def test_it_ends_cleanly_and_at_once(tmp_path: Path, number: int, flags: list[str]) -> None:
    process = serving("--store", f"sqlite:///{tmp_path / 's.sqlite3'}", "--quiet", *flags)
    until(process, "http://")
    assert ended(process, number) == (0, "", "")


def test_workers_count_together_and_one_that_dies_is_replaced(tmp_path: Path) -> None:
    process = serving("--store", f"sqlite:///{tmp_path / 's.sqlite3'}", "--workers", "2", "--log-format", "json")
    found = re.search(r"http://127\.0\.0\.1:\d+", until(process, "Ctrl-C"))
    assert found is not None
    mock = Mock(found[0], "default")
    children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) == 2
    mock.settings()
    time.sleep(1.2)  # one that dies younger than a second could not have served at all, and ends them all
    os.kill(children[1], signal.SIGKILL)
    assert process.stderr is not None
    assert "another takes its place" in process.stderr.readline()
    mock.change(profile="ga")
    assert [ask(mock) for _ in range(8)] == [200] * 8
    status, out, _ = ended(process, signal.SIGTERM)
    assert (status, out.strip().startswith("served 8 requests")) == (0, True)


@pytest.mark.parametrize(
    "flags, said",
    [
        (["--port", "{busy}"], "cannot listen on 127.0.0.1:"),
        (["--store", "floppy://a"], "names no store"),
        (["--store", "memory", "--workers", "2"], "memory"),
        (["--profile", "galore"], "galore"),
        (["--gate", "strcit"], "did you mean strict"),
        (["--rules", "none.yaml"], "none.yaml"),
        (["--host", "203.0.113.1"], "cannot listen on 203.0.113.1"),
    ],
    ids=["busy port", "unknown store", "memory for two", "unknown profile", "wrong word", "no rules", "foreign address"],
)
def test_what_cannot_be_served_is_one_sentence(tmp_path: Path, flags: list[str], said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = [flag.format(busy=taken.getsockname()[1]) for flag in flags]
        command = [sys.executable, "-m", "azure_openai_mock", "serve", "--port", "0", "--store", "memory", *given]
        told = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, cwd=tmp_path, timeout=60)
    assert told.returncode == 2
    assert said in told.stderr
    assert told.stderr.startswith("azure-openai-mock: ")
    assert told.stderr.count("\n") == 1, told.stderr


def test_every_request_is_a_line_for_people_or_programs(tmp_path: Path) -> None:
    for form in ("text", "json"):
        process = serving("--store", "memory", "--profile", "ga", "--log-format", form)
        found = re.search(r"http://127\.0\.0\.1:\d+", until(process, "Ctrl-C"))
        assert found is not None
        ask(Mock(found[0], "s"))
        _, _, err = ended(process, signal.SIGTERM)
        line = err.splitlines()[0]
        if form == "json":
            told = json.loads(line)
            assert (told["method"], told["status"], told["model"], told["turn"], told["scope"]) == ("POST", 200, "gpt-4o", 1, "s")
        else:
            assert re.search(r"200 .*POST .*/openai/v1/responses .*gpt-4o .*turn 1 .*ms", line)
        assert "mock-s" not in err


def test_off_loopback_the_first_screen_says_what_others_need() -> None:
    process = serving("--store", "memory", "--host", "0.0.0.0", "--admin-token", "t")
    said = until(process, "Ctrl-C")
    assert "control is with x-mock-admin-token" in said
    ended(process, signal.SIGTERM)
    process = serving("--store", "memory", "--host", "0.0.0.0", "--allow-host", "mock.example")
    said = until(process, "Ctrl-C")
    assert "http://127.0.0.1:" in said
    assert "--admin-token" in said
    assert "mock.example" in said
    ended(process, signal.SIGTERM)


# ---- export, HAR, exec and death ---------------------------------------------------------------------------------------------------------


def test_what_would_expire_is_exported_and_loaded_again(run: Any, mock: Mock, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    made = mock.client().responses.create(model="gpt-4o", input="hi")
    assert run("export", "--expiring-within", "3d", "--output", str(kept)).err == "exported 0 responses\n"
    assert run("export", "--expiring-within", "30d", "--output", str(kept)).err == "exported 1 response\n"
    [line] = kept.read_text().splitlines()
    assert json.loads(line)["response"]["id"] == made.id
    run("reset")
    assert run("load", str(kept)).err == "loaded 1 response\n"
    assert mock.client().responses.retrieve(made.id).output_text == made.output_text
    mock.close()
    kept.write_text("not JSON\n")
    assert (run("load", str(kept)).status, "line 1" in run("load", str(kept)).err) == (1, True)


def test_the_journal_is_told_as_har(run: Any, mock: Mock) -> None:
    ask(mock)
    log = json.loads(run("requests", "--har").out)["log"]
    [entry] = log["entries"]
    assert (log["version"], entry["request"]["method"], entry["response"]["status"]) == ("1.2", "POST", 200)
    assert entry["request"]["url"] == f"{mock.url}/openai/v1/responses"
    assert entry["startedDateTime"].endswith("Z")
    assert mock.key not in json.dumps(log)


def executed(*given: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "azure_openai_mock", "exec", *given]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, env={**ENVIRONMENT, **env})


ASK = "import openai; print(openai.OpenAI().responses.create(model='gpt-4o', input='hi').status)"


def test_exec_heeds_the_folder_and_gives_the_hints_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "azure-openai-mock.yaml").write_text("profile: preview\n")
    told = executed("--", sys.executable, "-c", ASK, cwd=tmp_path)
    assert told.returncode == 1
    assert re.search(r"^azure-openai-mock: .*api-version=preview", told.stderr, re.MULTILINE), told.stderr
    (tmp_path / "azure-openai-mock.yaml").write_text("profile: ga\n")
    told = executed("--", sys.executable, "-c", ASK, cwd=tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, "completed\n", "")
    (tmp_path / "azure-openai-mock.yaml").write_text("profil: ga\n")
    told = executed("--", "true", cwd=tmp_path)
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    assert "did you mean profile" in told.stderr


@pytest.mark.parametrize("profile", ["preview", "ga", "dated-2025-03"])
def test_what_exec_exports_is_all_that_an_azure_client_needs(profile: str) -> None:
    told = executed("--profile", profile, "--", sys.executable, "-c", ASK.replace("OpenAI()", "AzureOpenAI()"))
    assert (told.returncode, told.stdout, told.stderr) == (0, "completed\n", "")


@pytest.mark.parametrize(
    "wrong, said",
    [
        (["--chaos", "flakky"], "chaos: unknown mode, did you mean 'flaky'?"),
        (["--latency", "typicl"], "latency: unknown latency profile, did you mean 'typical'?; and 'typicl' is no file"),
        (["--region", "westeurop"], "region: 'westeurop' is not among those of preview; did you mean 'westeurope'?"),
        (["--profile", "gaa"], "'gaa' is neither a file nor a profile; did you mean 'ga'?"),
    ],
)
def test_exec_names_what_is_wrong_and_the_nearest(wrong: list[str], said: str) -> None:
    told = executed(*wrong, "--", "true")
    assert (told.returncode, told.stderr) == (2, f"azure-openai-mock: the server did not start: {said}\n")


def test_exec_says_which_options_it_does_not_heed() -> None:
    told = executed("--store", "sqlite:///kept.db", "--", "true")
    assert (told.returncode, told.stderr.count("does not heed --store")) == (0, 1)
    assert not executed("--store", "sqlite:///kept.db", "--quiet", "--", "true").stderr


def test_under_exec_our_own_commands_find_the_server() -> None:
    told = executed("--", sys.executable, "-m", "azure_openai_mock", "fault", "rate_limited")
    assert (told.returncode, told.stderr) == (0, "")


def test_exec_passes_signals_and_statuses_on() -> None:
    assert executed("--", "sh", "-c", "exit 3").returncode == 3
    assert executed("--", "sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL
    assert executed("--", "/nowhere/to/be/found").returncode == 127
    program = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); print('up', flush=True); signal.pause()"
    command = [sys.executable, "-m", "azure_openai_mock", "exec", "--", sys.executable, "-c", program]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    STARTED.append(process)
    until(process, "up")
    assert ended(process, signal.SIGTERM)[0] == 9


def test_workers_end_with_the_first_process_even_if_it_is_killed(tmp_path: Path) -> None:
    process = serving("--store", f"sqlite:///{tmp_path / 's.sqlite3'}", "--workers", "2", "--quiet")
    until(process, "http://")
    children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) == 2
    process.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(_alive(child) for child in children):
        time.sleep(0.05)
    assert not any(_alive(child) for child in children)


def test_a_command_ends_with_exec_even_if_that_is_killed() -> None:
    """And so do its own children; what does not heed SIGTERM is killed."""
    program = "import os, signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    program += " print(os.getpid(), subprocess.Popen(['sleep', '300']).pid, flush=True); signal.pause()"
    command = [sys.executable, "-m", "azure_openai_mock", "exec", "--", "sh", "-c", f'{sys.executable} -c "$0"; true', program]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    STARTED.append(process)
    assert process.stdout is not None
    left = [int(pid) for pid in process.stdout.readline().split()]
    assert len(left) == 2
    process.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(map(_alive, left)):
        time.sleep(0.05)
    assert not any(map(_alive, left))


def test_what_watches_over_exec_ends_with_it() -> None:
    told = executed("--", "sh", "-c", "cat /proc/$PPID/task/$PPID/children")
    children = [int(pid) for pid in told.stdout.split()]
    assert len(children) == 2, "the command, and what watches"
    assert not any(map(_alive, children))


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
