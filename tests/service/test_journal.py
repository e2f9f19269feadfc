"""What the journal shows."""

from __future__ import annotations

from azure_openai_mock.service.journal import Entry


def test_a_body_that_nests_too_deep_is_told_by_its_size() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    assert Entry(deep, {}).shown()["body"] == {"too_deep_bytes": len(deep)}
