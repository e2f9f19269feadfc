"""Every program in `examples/` runs as its first lines say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(path for path in EXAMPLES.rglob("*") if path.suffix in (".py", ".mjs", ".sh") and "node_modules" not in path.parts)


def command(program: Path) -> list[str]:
    if program.suffix == ".py":
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"] if program.name.startswith("test_") else []
        return [sys.executable, *tests, str(program)]
    if program.suffix == ".sh":
        if shutil.which("curl") is None:
            pytest.skip("NOT TRIED: there is no curl here")
        return ["sh", str(program)]
    node = shutil.which("node")
    if node is None or not (program.parent / "node_modules" / "ai").is_dir():
        pytest.skip("NOT TRIED: the examples in JavaScript need Node.js and their packages: make tools")
    return [node, str(program)]


PROFILES = [
    (program, profile)
    for program in PROGRAMS
    for profile in re.findall(r"\b(preview|ga)\b", re.split(r"[Nn]eeds the profile ", program.read_text("utf-8"))[1].split("\n")[0])
]


@pytest.mark.parametrize("program, profile", PROFILES, ids=lambda each: each if isinstance(each, str) else each.name)
def test_an_example_runs_with_the_profiles_that_it_names(program: Path, profile: str, tmp_path: Path) -> None:
    around = [sys.executable, "-m", "azure_openai_mock", "exec", "--profile", profile, "--", *command(program)]
    done = subprocess.run(around, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


def test_every_example_is_listed_with_its_profile() -> None:
    page = (EXAMPLES / "README.md").read_text("utf-8")
    assert [path.name for path in PROGRAMS if f"({path.relative_to(EXAMPLES)})" not in page] == []
