"""A client that writes the key into its log."""

from __future__ import annotations

import base64
import logging
import os

from .plain import create, text


def answer() -> str:
    """One answer, and a word too many."""
    logging.getLogger("talkative").debug("calling with api-key %s", os.environ["AZURE_OPENAI_API_KEY"])
    return text(create(input="Name a port."))


def encoded(api_key: str) -> str:
    """The same in base64, on standard output."""
    print("Authorization: Basic", base64.b64encode(api_key.encode()).decode())
    return text(create(input="Name a port."))
