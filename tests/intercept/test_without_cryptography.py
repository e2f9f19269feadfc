"""Where the package `cryptography` is not installed everything else works, and whoever needs it is told its name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BEFORE = "import sys; sys.modules['cryptography'] = None\n"


def run(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "XDG_STATE_HOME": str(tmp_path)}
    return subprocess.run([sys.executable, "-c", BEFORE + code], capture_output=True, text=True, timeout=60, env=environ)


def test_interception_says_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path, "from azure_openai_mock.cli import main; sys.exit(main(['exec', '--intercept', '--', 'true']))")
    assert done.returncode == 2
    assert "pip install 'azure-openai-mock[intercept]'" in done.stderr


def test_so_do_a_connection_and_a_token(tmp_path: Path) -> None:
    code = """
import http.client, json
from urllib.parse import urlsplit
from azure_openai_mock.testing import MockServer

with MockServer() as mock:
    assert mock.client().responses.create(model="gpt-4o", input="hi").status == "completed"
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(mock.url).port)
    connection.request("GET", "/msi/token?resource=r", headers={"X-IDENTITY-HEADER": "x"})
    answer = connection.getresponse()
    assert answer.status == 500 and "azure-openai-mock[intercept]" in answer.headers["x-mock-hint"], answer.headers.items()
    connection.close()
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(mock.url).port)
    connection.set_tunnel("r.openai.azure.com", 443)
    try:
        connection.connect()
    except OSError as problem:
        assert "No certificate can be made" in str(problem), problem
    else:
        raise AssertionError("a tunnel without a certificate")
"""
    done = run(tmp_path, code)
    assert done.returncode == 0, done.stderr
    assert "azure-openai-mock[intercept]" in done.stderr, "the log says it too"
