"""Plain HTTP for the clients with faults: what they do wrong is in their own files and not here."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


class Refused(Exception):
    """The service answered with an error."""

    def __init__(self, status: int, headers: Mapping[str, str], text: str) -> None:
        super().__init__(f"{status}: {text[:200]}")
        self.status, self.headers = status, headers


def answered(body: Mapping[str, Any], timeout: float = 4) -> http.client.HTTPResponse:
    """The answer's head, its body unread. Raises Refused."""
    url = urlsplit(os.environ["AZURE_OPENAI_ENDPOINT"])
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=timeout)
    headers = {"api-key": os.environ["AZURE_OPENAI_API_KEY"], "content-type": "application/json"}
    connection.request("POST", "/openai/v1/responses", json.dumps({"model": "gpt-4o", **body}), headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise Refused(answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace"))
    return answer


def create(**body: Any) -> dict[str, Any]:
    """The response. Raises Refused, and ValueError where it is not whole."""
    response: dict[str, Any] = json.loads(answered(body).read())
    if response["status"] != "completed":
        raise ValueError(f"the response is {response['status']}")
    return response


def text(response: Mapping[str, Any]) -> str:
    """What the model said. Raises ValueError where it refused."""
    parts = [part for item in response["output"] if item["type"] == "message" for part in item["content"]]
    if any(part["type"] == "refusal" for part in parts):
        raise ValueError("the model refused")
    return "".join(part["text"] for part in parts)
