"""What is installed is what was pinned, and nothing that is pinned says where it is from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.reliability.audit import figures_of

ROOT = Path(__file__).parents[2]
PINNED = sorted((ROOT / "requirements").glob("*.txt"))
LOCKS = [path for path in ROOT.rglob("*-lock.json") if not {"node_modules", ".venv"} & set(path.parts)]


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_every_dependency_is_pinned_with_a_hash(path: Path) -> None:
    entries = re.split(r"\n(?=\S)", path.read_text().strip())
    loose = [entry.split("\n")[0] for entry in entries if not re.match(r"[\w.\[\],-]+==\S+", entry) or "--hash=sha256:" not in entry]
    assert entries
    assert loose == []


@pytest.mark.parametrize("path", [*PINNED, *(ROOT / "requirements").glob("*.in")], ids=lambda path: path.name)
def test_no_requirement_names_an_index_or_an_address(path: Path) -> None:
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|@ ", path.read_text()) == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_lock_file_names_a_registry_and_every_package_has_its_hash(path: Path) -> None:
    packages = {name: entry for name, entry in json.loads(path.read_text())["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry and not entry.get("link")] == []


def test_an_audit_counts_what_nobody_could_tell_of() -> None:
    told = [
        {"name": "a", "version": "1", "vulns": []},
        {"name": "b", "version": "2", "vulns": [{"id": "X-1", "fix_versions": ["3"]}]},
        {"name": "c", "version": "4", "skip_reason": "unknown"},
    ]
    figures = figures_of(told)
    assert str(figures) == "audit: 2 dependencies audited, 1 unknown to the index, 1 known flaws"
    assert figures.flaws == ("b 2: X-1, fixed in ['3']",)
