"""A page of the documentation as its readers meet it: blocks, code in the text, links, anchors, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
CHANGELOG = ROOT / "CHANGELOG.md"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that stands on a page."""

    text: str
    """A block's lines, the code between two backticks, or where a link leads."""

    line: int
    """Where it begins, from 1; of a block its first line of code."""

    language: str = ""
    """Of a block: what stands behind its backticks."""

    row: int = 0
    """Of code in a table: the line of its row; 0 elsewhere."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is on one page."""

    path: Path
    blocks: tuple[Piece, ...]
    spans: tuple[Piece, ...]
    links: tuple[Piece, ...]
    """Links and pictures."""

    anchors: frozenset[str]
    """What may stand behind `#`: its headings as GitHub names them, and the ids written into it."""

    def place(self, piece: Piece) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{piece.line}"


@cache
def pages() -> tuple[Page, ...]:
    """README.md and every page of docs/."""
    return tuple(read(path) for path in [README, *sorted((ROOT / "docs").rglob("*.md"))])


def read(path: Path) -> Page:
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    inline = list(_inline(tokens))
    fences = [(token, token.map[0] + 2) for token in tokens if token.type == "fence" and token.map]
    html = "".join(token.content for token in [*tokens, *(part for part, _, _ in inline)] if "html" in token.type)
    titles = [after.content for before, after in pairwise(tokens) if before.type == "heading_open"]
    return Page(
        path,
        tuple(Piece(token.content, line, language=token.info.strip().partition(" ")[0]) for token, line in fences),
        tuple(Piece(part.content, line, row=row) for part, line, row in inline if part.type == "code_inline"),
        tuple(Piece(target, line) for part, line, _ in inline if (target := _target(part))),
        frozenset({slug(title) for title in titles} | set(re.findall(r'\bid="([^"]+)"', html))),
    )


def slug(title: str) -> str:
    """The anchor that GitHub, and the site too, give a heading."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _inline(tokens: list[Token]) -> Iterator[tuple[Token, int, int]]:
    """Each part of the running text, its line, and the line of the table's row that it is in (0: of none)."""
    line = row = 0
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        row = {"tr_open": line, "tr_close": 0}.get(token.type, row)
        passed = 0
        for part in token.children or ():
            yield part, line + passed, row
            passed += part.type in ("softbreak", "hardbreak")


def _target(part: Token) -> str:
    wanted = {"link_open": "href", "image": "src"}.get(part.type)
    return str(part.attrs[wanted]) if wanted else ""
