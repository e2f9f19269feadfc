"""The repository speaks of itself alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCAL = re.compile(r"/work/|/root/|/home/[a-z]+/|/tmp/[a-z]+\.(?:md|py)")
HOSTS = re.compile("|".join(re.escape(host) for host in ("pypi" + ".org", "registry.npm" + "js.org", "files.python" + "hosted.org")))


def files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_path_of_a_machine_and_no_registry_is_named() -> None:
    found = []
    for path in files():
        if path == Path(__file__):
            continue
        text = path.read_text("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for pattern in (LOCAL, HOSTS) for match in pattern.finditer(text)]
    assert found == []


def test_links_in_documents_lead_somewhere() -> None:
    broken = []
    for path in files():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []
