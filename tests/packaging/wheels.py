"""`make wheels`: what is published, as its users get it.

Builds a source archive and a wheel; the wheel that the archive builds is the same, byte for byte. Then, for each supported Python that this
machine has, an empty environment gets the wheel with the core alone, and runs a server and a first test. Needs a package index.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
VERSIONS = ("3.11", "3.12", "3.13")
EPOCH = "1767225600"
"""Any fixed moment: with `SOURCE_DATE_EPOCH` set a build does not depend on when it was made."""
TEST = """
def test_it_speaks(azure_openai):
    azure_openai.say("Hello from the rule.")
    assert azure_openai.client().responses.create(model="gpt-4o", input="hi").output_text == "Hello from the rule."
"""
CORE = """
import json, urllib.request
from azure_openai_mock.testing import MockServer
with MockServer(profile="ga") as server:
    body = json.dumps({"model": "gpt-4o", "input": "hi"}).encode()
    request = urllib.request.Request(server.url + "/openai/v1/responses", body, {"api-key": "k", "content-type": "application/json"})
    assert json.load(urllib.request.urlopen(request))["status"] == "completed"
"""


def build(source: Path, out: Path, *kinds: str) -> list[Path]:
    """Build with what is installed here, without a package index."""
    command = [str(UV), "build", "--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(out), *kinds, str(source)]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH})
    return sorted(file for file in out.iterdir() if file.suffix in (".whl", ".gz"))


def interpreters() -> Iterator[tuple[str, str | None]]:
    """Each supported version, and a Python of it that runs; None where there is none."""
    for version in VERSIONS:
        managed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        found = [str(path) for path in managed] + [path for path in [shutil.which(f"python{version}")] if path]
        if sys.version_info[:2] == tuple(map(int, version.split("."))):
            found.insert(0, sys.executable)
        yield version, next((path for path in found if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0), None)


def main() -> int:
    """Build, compare, try; the exit status."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        [archive, wheel] = sorted(build(ROOT, folder / "dist"), key=lambda file: file.suffix)
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        shutil.unpack_archive(archive, unpacked, filter="data")
        [again] = build(next(unpacked.iterdir()), folder / "again", "--wheel")
        sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (wheel, again)]
        if sums[0] != sums[1]:
            sys.stderr.write(f"the source archive builds another wheel than the tree: {sums}\n")
            return 1
        sys.stdout.write(f"{archive.name} builds {wheel.name}, sha256 {sums[0]}\n")
        (folder / "test_first.py").write_text(TEST)
        (folder / "core.py").write_text(CORE)
        for version, python in interpreters():
            if python is None:
                sys.stdout.write(f"Python {version}: PASSED OVER, none is installed here\n")
                continue
            empty = [str(UV), "run", "--quiet", "--no-project", "--isolated", "--python", python, "--with", str(wheel)]
            subprocess.run([*empty, "python", "core.py"], check=True, cwd=folder)
            subprocess.run(
                [*empty, "--with", "pytest", "--with", "openai", "python", "-m", "pytest", "-q", "test_first.py"], check=True, cwd=folder
            )
            sys.stdout.write(f"Python {version}: the core serves, a first test passes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
