"""`check`: what the service would say to tools, formats and schemas. It is asked in this process: the same rows, and no server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..azure import profiles
from ..azure.profiles import Profile, Surface
from ..settings import WrongSetting, gather
from ..wire import json
from .documents import Question, Unreadable, questions
from .inside import Inside, Said

DATED = "2025-04-01-preview"
EPILOG = """a source is one of
  tools.json            a list of tools, one tool, {"tools": [...]}, or a whole request of either API
  format.json           what is sent as text.format, or as response_format
  schema.json           a JSON schema; it is asked about as a strict text.format
  package:Name          a Pydantic model, or a list or mapping as above
  -                     a file's content on standard input

exit status: 0 where everything is taken, 1 where something is refused, 2 where there was nothing to ask about

  azure-openai-mock check tools.json
  azure-openai-mock check shop.models:Order --profile ga --model gpt-5
"""


def check(argv: Sequence[str]) -> int:
    """Print the answer to each source; 1 where one is refused."""
    given = _parser().parse_args(argv)
    try:
        chosen = given.profile or str(gather({}, environ=os.environ, folder=Path.cwd())[0].get("profile") or "preview")
        profile = profiles.load(chosen)
        asked = [question for source in given.sources for question in questions(source, as_is=given.as_is)]
        answers = _answers(asked, chosen, given.model or profile.default_model, dated=given.dated)
    except (WrongSetting, LookupError, ValueError, OSError, Unreadable) as problem:
        sys.stderr.write(f"azure-openai-mock: {problem}\n")
        return 2
    refused = sum(not _taken(said) for _, said in answers)
    if given.json:
        sys.stdout.writelines(f"{json.compact(_as_json(*answer)).decode()}\n" for answer in answers)
    else:
        sys.stdout.writelines(_as_text(*answer) for answer in answers)
        sys.stdout.write(f"{len(answers) - refused} taken, {refused} refused, in the profile {profile.name}\n")
    return 1 if refused else 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "azure-openai-mock check",
        description="Say what the service would answer to tools, formats and schemas, without a server.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("sources", nargs="+", metavar="SOURCE", help="a JSON file, or package:Name")
    made.add_argument("--profile", help="a profile, or a file that extends one (default: the one in force here)")
    made.add_argument(
        "--model", help="the model or deployment that is asked, where a request names none (default: the profile's usual one)"
    )
    made.add_argument("--dated", action="store_true", help=f"ask on /openai/responses with api-version={DATED}")
    made.add_argument(
        "--as-is", action="store_true", help="a Pydantic model's own schema, not the strict form that the openai client sends"
    )
    made.add_argument("--json", action="store_true", help="an object a line: what, status, error, hint")
    return made


def _answers(asked: Sequence[Question], chosen: str, model: str, *, dated: bool) -> list[tuple[Question, Said]]:
    """Each question with its answer. Raises Unreadable where the model itself is refused."""
    profile = profiles.load(chosen)
    surface: Surface = "dated" if dated or not profiles.accepted(profile, "v1") else "v1"
    inside = Inside(chosen)
    try:
        hello = _answer(inside, Question(model, "responses", {}), model, profile, surface)
        if not _taken(hello):
            raise Unreadable(f"{hello.body['error']['message']}{f' ({hello.hint})' if hello.hint else ''}")
        return [(question, _answer(inside, question, model, profile, surface)) for question in asked]
    finally:
        inside.close()


def _answer(inside: Inside, question: Question, model: str, profile: Profile, surface: Surface) -> Said:
    """The service's answer, told of the place that the tool has in its source."""
    if question.api == "chat":
        body = {"model": model, "messages": [{"role": "user", "content": "Say JSON."}], **question.body, "stream": False}
        path = "/openai/v1/chat/completions" if surface == "v1" else f"/openai/deployments/{body['model']}/chat/completions"
    else:
        body = {"model": model, "input": "Say JSON.", **question.body, "stream": False}
        path = "/openai/v1/responses" if surface == "v1" else "/openai/responses"
    said = inside.post(f"{path}{_query(profile, surface)}", body)
    return Said(said.status, _moved(said.body, question.place), said.hint)


def _query(profile: Profile, surface: Surface) -> str:
    if surface == "dated":
        return f"?api-version={DATED}"
    taken = profiles.accepted(profile, "v1")
    return "" if "none" in taken else f"?api-version={taken[0]}"


def _moved(body: Any, place: int) -> Any:
    """The answer with `tools[0]`, where the tool stood alone, as the place that it has among others."""
    return json.loads(json.compact(body).replace(b"tools[0]", b"tools[%d]" % place)) if place else body


def _taken(said: Said) -> bool:
    return "error" not in said.body or said.body["error"] is None


def _as_json(question: Question, said: Said) -> dict[str, Any]:
    error = None if _taken(said) else said.body["error"]
    return {"what": question.what, "status": said.status, "error": error, "hint": said.hint}


def _as_text(question: Question, said: Said) -> str:
    if _taken(said):
        return f"taken    {question.what}\n"
    error = said.body["error"]
    kind = " ".join(str(word) for word in (said.status, error.get("code"), error.get("param") and f"at {error['param']}") if word)
    lines = (f"refused  {question.what}", kind, str(error.get("message")), said.hint)
    return "\n         ".join(line for line in lines if line) + "\n"
