"""Watching: the function runs in a process of its own against a scope of its own, and what it asked is read from the mock's journal."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from .. import clock
from ..target import Control, Target
from .situations import ASKS, LIMIT, MOST_CALLS, Situation, Usual

Outcome: TypeAlias = Literal["returned", "raised", "hung", "circled", "died", "unusable"]
"""`circled`: it was stopped after too many calls. `died`: its process ended without a result. `unusable`: it could not even be called."""

POLL: Final = 0.1
"""Seconds between two looks at what is watched."""
_SETTLES: Final = 0.15
"""Seconds after a rule was used until what it answers is stored for certain."""


@dataclass(frozen=True)
class Call:
    """One request that the function made. `at` is real time in seconds since the first call; `took` is how long the mock was at it.

    `waited` are the seconds between the end of the call before and this one (None for the first). `stored` is the Response that the service
    keeps of it, whole however little of it was delivered.
    """

    operation: str
    status: int
    at: float
    took: float
    waited: float | None
    body: Mapping[str, Any]
    path: str = ""
    query: str = ""
    faults: tuple[str, ...] = ()
    response_id: str | None = None
    stored: Mapping[str, Any] | None = None

    @property
    def asks(self) -> bool:
        """Whether it asks the model."""
        return self.operation in ASKS

    @property
    def question(self) -> str:
        """What is asked, whatever model is asked and however the answer shall come: the same for a call and its repetition."""
        apart = {name: value for name, value in self.body.items() if name not in ("model", "stream", "metadata")}
        return json.dumps(apart, sort_keys=True)


@dataclass(frozen=True)
class Observation:
    """What the function did in one situation. `seconds` is from its start to its end, `said` what it wrote: stream's name -> text."""

    outcome: Outcome
    seconds: float
    calls: tuple[Call, ...] = ()
    value: Any = None
    opaque: bool = False
    error: str = ""
    message: str = ""
    secret: str = field(default="", repr=False)
    said: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def asked(self) -> list[Call]:
        """The questions to the model."""
        return [call for call in self.calls if call.asks]

    @property
    def waits(self) -> list[float]:
        """The seconds before each question but the first."""
        return [call.waited for call in self.asked[1:] if call.waited is not None]

    def usual(self) -> Usual:
        """The function's habits, as far as these calls show them."""
        tools = [tool for call in self.asked for tool in call.body.get("tools") or [] if isinstance(tool, dict)]
        flat = [{**tool, **tool["function"]} if isinstance(tool.get("function"), dict) else tool for tool in tools]  # a chat wraps them
        functions = tuple(tool for tool in flat if tool.get("type") == "function" and "name" in tool)
        return Usual(
            streams=any(call.body.get("stream") is True for call in self.asked),
            chains=any(call.body.get("previous_response_id") for call in self.asked),
            tools=functions,
        )


@dataclass(frozen=True)
class Watcher:
    """Runs `function` (`package.module:function`) against the mock. `arguments` go to it by name."""

    function: str
    target: Target
    arguments: Mapping[str, Any] = field(default_factory=dict)
    limit: float = LIMIT
    profile: str = "ga"
    folder: Path = field(default_factory=Path.cwd)

    def observe(self, situation: Situation, usual: Usual) -> Observation:
        """Run it in that situation."""
        scope = clock.fresh_name("audit")
        control = Control(self.target, scope)
        control.settings(profile=self.profile)
        for rule in situation.rules_for(usual):
            control.call("POST", "/rules", rule)
        with tempfile.TemporaryDirectory() as room, ThreadPoolExecutor(1) as aside:
            run = _Run(self, Path(room), f"mock-{scope}")
            moved = aside.submit(_expire, control, situation.expire_after, run) if situation.expire_after else None
            outcome = run.until_over(control)
            skew = moved.result() if moved else 0.0
            observed = run.told(outcome, _calls(control, self.target, f"mock-{scope}", skew))
        control.reset()
        return observed


class _Run:
    """The child process, its files, and the time it has."""

    def __init__(self, watcher: Watcher, room: Path, key: str) -> None:
        self.room, self.key, self.limit = room, key, watcher.limit
        self.result = room / "result.json"
        environment = {**os.environ, **environment_of(watcher.target.base_url, key), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "azure_openai_contracts.audit.child", watcher.function, str(self.result), str(room / "log")]
        self.started = clock.elapsed()
        with (room / "stdout").open("wb") as out, (room / "stderr").open("wb") as err:
            self.process = subprocess.Popen(
                [*command, json.dumps(dict(watcher.arguments))],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=watcher.folder,
                env={**environment, "PYTHONPATH": _paths()},
                start_new_session=True,
            )

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def until_over(self, control: Control) -> Outcome | None:
        """Wait for its end; why it was stopped, or None where it ended by itself."""
        looks = 0
        while True:
            try:
                self.process.wait(POLL)
            except subprocess.TimeoutExpired:
                looks += 1
            else:
                return None
            if clock.elapsed() - self.started > self.limit:
                self._stop()
                return "hung"
            if looks % 3 == 0 and sum(entry.get("operation") in ASKS for entry in control.journal()) > MOST_CALLS:
                self._stop()
                return "circled"

    def _stop(self) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()

    def told(self, stopped: Outcome | None, calls: tuple[Call, ...]) -> Observation:
        seconds = clock.elapsed() - self.started
        said = {name: _text(self.room / name) for name in ("stdout", "stderr", "log")}
        if stopped is None and self.result.exists():
            known = json.loads(self.result.read_text())
            said["exception"] = known.get("trace", "")
            return Observation(
                known["outcome"],
                seconds,
                calls,
                known.get("value"),
                known.get("opaque", False),
                known.get("error", ""),
                known.get("message", ""),
                self.key,
                said,
            )
        why = f"its process ended with status {self.process.returncode}" if stopped is None else ""
        return Observation(stopped or "died", seconds, calls, message=why or said["stderr"][-500:], secret=self.key, said=said)


def environment_of(url: str, key: str) -> dict[str, str]:
    """The environment variables by which clients find a service."""
    return {
        "AZURE_OPENAI_ENDPOINT": url,
        "AZURE_OPENAI_API_KEY": key,
        "AZURE_OPENAI_BASE_URL": f"{url}/openai/v1/",
        "OPENAI_BASE_URL": f"{url}/openai/v1/",
        "OPENAI_API_KEY": key,
        "OPENAI_API_VERSION": "preview",
        "AZURE_OPENAI_API_VERSION": "preview",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _paths() -> str:
    """Where this package is, and what the caller can import, so that the child finds both."""
    here = str(Path(__file__).parents[2])
    return os.pathsep.join(dict.fromkeys([here, *(path for path in sys.path if path)]))


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace")[:1_000_000] if path.exists() else ""


def _expire(control: Control, span: str, run: _Run) -> float:
    """Move the clock while the first answer is on its way; by how many seconds it was moved."""
    while not run.over:
        if any(rule.get("used") for rule in control.call("GET", "/rules")["rules"]):
            clock.sleep(_SETTLES)
            before = control.call("GET", "/clock")["now"]
            return float(control.call("POST", "/clock", {"advance": span})["now"]) - float(before)
        clock.sleep(0.02)
    return 0.0


def _calls(control: Control, target: Target, key: str, skew: float) -> tuple[Call, ...]:
    """The journal as calls. `skew` is by how much the clock was moved on the way."""
    entries = [entry for entry in control.journal() if entry.get("operation")]
    out: list[Call] = []
    for entry in entries:
        at = float(entry["at"]) - float(entries[0]["at"])
        at = at - skew if skew and at >= skew else at
        took = float(entry.get("ms") or 0) / 1000
        waited = max(0.0, at - (out[-1].at + out[-1].took)) if out else None
        sent = entry.get("body")
        body = sent if isinstance(sent, dict) else {}
        known = entry.get("response_id")
        out.append(
            Call(
                str(entry["operation"]),
                int(entry.get("status") or 0),
                at,
                took,
                waited,
                body,
                str(entry.get("path", "")),
                str(entry.get("query", "")),
                tuple(str(one).partition(";")[0] for one in entry.get("faults") or ()),
                known,
                _stored(target, key, known) if known else None,
            )
        )
    return tuple(out)


def _stored(target: Target, key: str, id: str) -> dict[str, Any] | None:
    """The Response that the service keeps under that id, or None."""
    url = urlsplit(target.base_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=10)
    try:
        connection.request("GET", f"/openai/v1/responses/{id}?api-version=preview", headers={"api-key": key})
        answer = connection.getresponse()
        raw = answer.read()
    except OSError:
        return None
    finally:
        connection.close()
    found = json.loads(raw) if answer.status == 200 else None
    return found if isinstance(found, dict) else None
