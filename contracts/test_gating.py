"""Gating: which api-version opens the door, month by month."""

from __future__ import annotations

from typing import Any

import openai
import pytest

pytestmark = pytest.mark.needs("profiles")


def test_in_the_preview_v1_needs_its_api_version(service: Any) -> None:
    service.control.settings(profile="preview")
    with pytest.raises(openai.NotFoundError) as refused:
        service.client().responses.create(model="gpt-4o", input="hi")
    assert refused.value.response.content == b'{"error":{"code":"404","message": "Resource not found"}}'
    assert service.client(form="azure").responses.create(model="gpt-4o", input="hi").output_text


def test_today_v1_needs_none_and_refuses_a_dated_one(service: Any) -> None:
    service.control.settings(profile="ga")
    assert service.client().responses.create(model="gpt-4o", input="hi").output_text
    with pytest.raises(openai.BadRequestError) as refused:
        service.client(form="azure", api_version="2025-04-01-preview").responses.create(model="gpt-4o", input="hi")
    assert refused.value.body == {"code": "BadRequest", "message": "API version not supported"}


def test_the_older_path_takes_the_dated_previews(service: Any) -> None:
    service.control.settings(profile="preview")
    assert service.client(form="classic", api_version="2025-04-01-preview").responses.create(model="gpt-4o", input="hi").output_text
