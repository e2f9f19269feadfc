"""What a release is made of: one version, its section in the notes, and a wheel that is the same whoever builds it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from azure_openai_mock import __version__

ROOT = Path(__file__).parents[1]
SOURCES = ("mockserver", "contracts", "cassettes", "pyproject.toml", "README.md", "LICENSE")
EPOCH = "1767225600"
"""Any fixed moment."""


def test_the_version_has_its_section_first_among_the_versions() -> None:
    versions = re.findall(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert [name for name in versions if name != "Unreleased"][:1] == [__version__]


def test_the_version_is_written_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
    assert metadata.version("azure-openai-mock") == __version__
    command = ["git", "grep", "-lF", f'"{__version__}"', "--", "mockserver", "contracts", "pyproject.toml"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert listed.split() == ["mockserver/azure_openai_mock/__init__.py"]


def built(folder: Path) -> Path:
    """The wheel of a copy of the sources, in a folder of its own."""
    copy = folder / "source"
    copy.mkdir(parents=True)
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=unwanted, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(ROOT / name, copy / name)
    offline = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [sys.executable, "-m", "pip", "wheel", *offline, "-w", str(folder), str(copy)]
    subprocess.run(command, check=True, timeout=100, env={"SOURCE_DATE_EPOCH": EPOCH, "PATH": "/usr/bin:/bin", "HOME": str(folder)})
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.mark.slow
def test_whoever_builds_the_wheel_of_one_moment_builds_the_same_bytes(tmp_path: Path) -> None:
    """From two copies, in two places, whose files have times of their own."""
    one, other = built(tmp_path / "one"), built(tmp_path / "elsewhere" / "other")
    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()
