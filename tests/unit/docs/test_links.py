"""Every link of README.md, CHANGELOG.md and docs/ leads somewhere, and every page has its place in the site."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.helpers.pages import CHANGELOG, ROOT, Page, Piece, pages, read

OUTSIDE = ("http", "https", "mailto")


def why_nowhere(page: Page, link: Piece) -> str:
    """Why a link within the repository leads nowhere; empty where it does not, or leads outside."""
    target = urlsplit(link.text)
    if target.scheme in OUTSIDE:
        return ""
    path = (page.path.parent / unquote(target.path)).resolve() if target.path else page.path
    if not path.exists():
        return f"there is no {link.text}"
    if target.fragment and path.suffix == ".md" and target.fragment not in read(path).anchors:
        return f"{path.name} has no #{target.fragment}"
    return ""


@pytest.mark.parametrize("page", [*pages(), read(CHANGELOG)], ids=lambda page: page.path.name)
def test_every_link_leads_somewhere(page: Page) -> None:
    wrong = [f"{page.place(link)}: {why}" for link in page.links if (why := why_nowhere(page, link))]
    assert not wrong, "\n".join(wrong)


def test_every_page_has_its_place_in_the_site() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    told = re.findall(r"([\w./-]+\.md)$", navigation, re.M)
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    made = {"index.md", "changelog.md"}
    assert set(told) == there | made, "write under nav in mkdocs.yml where a reader finds the page"
    assert len(told) == len(set(told))


def test_a_link_that_leads_nowhere_is_found_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text('# Other\n\n## What `buslens` finds\n\n<a id="here"></a>Here.\n')
    links = [
        "other.md#what-buslens-finds", "other.md#here", "#a-page", "https://example.org/#x",
        "gone.md", "other.md#gone", "#gone",
    ]  # fmt: skip
    text = "# A page\n\nIt begins\nwith " + "\n".join(f"[one]({link})" for link in links)
    path = tmp_path / "page.md"
    path.write_text(text)
    page = read(path)
    wrong = [(link.line, why) for link in page.links if (why := why_nowhere(page, link))]
    assert wrong == [(8, "there is no gone.md"), (9, "other.md has no #gone"), (10, "page.md has no #gone")]
