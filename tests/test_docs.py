"""The pages hold together: links lead somewhere, made pages are fresh, and every page is in the site's contents."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml
from docs import made

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").glob("*.md"), *(ROOT / "cassettes").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """The page without its code."""
    return re.sub(r"^( *)```.*?^\1```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Where a link into the page may lead: its headings, as the forge and the site spell them."""
    titles = re.findall(r"^#+ +(.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in (one or other for one, other in LINK.findall(prose(page))):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(file), f"{target}: there is no such heading"


@pytest.mark.parametrize("name", made.PAGES)
def test_a_made_page_is_fresh(name: str) -> None:
    if name == "reference/commands.md" and sys.version_info[:2] != (3, 11):
        pytest.skip("argparse words its help otherwise in other versions of Python; 3.11 holds the page")
    assert made.text(name) == (DOCS / name).read_text("utf-8"), "run make docs"


def test_every_page_is_in_the_contents_of_the_site() -> None:
    contents = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    listed = set(_leaves(contents))
    there = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    folders = tuple(name for name in listed if name.endswith("/"))
    assert {page for page in there if page not in listed and not page.startswith(folders)} == set()
    assert {name for name in listed if not (DOCS / name).exists()} == set()


def _leaves(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [leaf for one in inner for leaf in _leaves(one)]


NAMED = re.compile(r"`((?:mockserver|contracts|tests|docs|bench|cassettes)/[\w./-]+)`|^\s*\+\+\+ b/(\S+)", re.MULTILINE)


@pytest.mark.parametrize("page", sorted((DOCS / "contributing").glob("*.md")), ids=lambda page: page.stem)
def test_the_files_that_a_contributor_is_sent_to_exist(page: Path) -> None:
    named = {one or other for one, other in NAMED.findall(page.read_text("utf-8"))}
    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", sorted((DOCS / "contributing").glob("*.md")), ids=lambda page: page.stem)
def test_the_verbs_that_a_contributor_is_told_exist(page: Path) -> None:
    verbs = set(re.findall(r"`make ([a-z-]+)", page.read_text("utf-8")))
    assert verbs <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
