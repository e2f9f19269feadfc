"""What a person is told about the authority."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_openai_mock.cli import main
from azure_openai_mock.intercept.authority import authority


def test_asking_makes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "none yet" in capsys.readouterr().out
    assert not (home / "authority").exists()


def test_doctor_says_where_it_is_and_how_to_remove_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    certificate = authority().certificate
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert str(certificate) in told
    assert f"rm -r {certificate.parent}" in told


def test_a_shell_can_be_pointed_at_a_server_that_runs(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", "mine")
    assert main(["env", "--intercept", "--url", "http://127.0.0.1:9"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "unset AZURE_CLIENT_ID" in lines
    assert "export HTTPS_PROXY=http://127.0.0.1:9" in lines
    assert f"export SSL_CERT_FILE={authority().certificate}" in lines


def test_doctor_says_what_is_wrong_with_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    authority().certificate.with_name("authority.pem").chmod(0o644)
    assert main(["doctor"]) == 1
    assert "can be read by others" in capsys.readouterr().out
