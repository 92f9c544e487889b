"""The page that is sent: it opens anywhere, runs nothing, and no name can break out of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bus.report import Wanted, gather, page
from bus.trace import Trace
from tests.helpers.make_trace import make_trace
from tests.helpers.planted import Story

HOSTILE = (
    "<script>alert(1)</script>",
    "</title>",
    "</svg><img src=x onerror=alert(1)>",
    '"><b a="',
    "&lt;",
    "\u202egnp",
    "a\nb\x1b[2J",
)
VOID = {"meta", "line", "rect", "path", "br", "img", "input"}


class Read(HTMLParser):
    """Elements and texts of a page; fails where they are not well nested."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> Read:
    found = Read()
    found.feed(text)
    found.close()
    assert not found.open
    return found


def written(trace: Trace, wanted: Wanted = Wanted()) -> str:  # noqa: B008
    return page(gather(trace, Path("shop.buslens"), wanted), trace.span_ns[0])


def failing(name: str) -> Trace:
    told = Story()
    told.on(name, "placed")
    placed = told.emit("placed", 1, payload={name: name})
    call = told.begin(placed, name, "placed", flags=4)
    told.emit(name, cause=call, payload=name)
    told.end(call, ValueError(name))
    told.emit("error", cause=call)
    return told.trace()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_out(name: str) -> None:
    found = read(written(failing(name)))
    assert not found.tags & {"script", "img", "b", "iframe", "object", "link"}
    assert not any(each.startswith("on") for each in found.attributes)
    assert not any(letter in "".join(found.texts) for letter in "\u202e\x1b")


def test_it_needs_nothing_else_and_says_so_to_the_browser() -> None:
    text = written(failing("charge"))
    assert not read(text).links
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import|https?:", text)


def test_pictures_have_words_for_people_who_hear_them() -> None:
    text = written(failing("charge"))
    assert text.count("<svg") == text.count('role="img" aria-label="') > 0


def test_both_themes_and_paper_have_colours_of_their_own() -> None:
    text = written(failing("charge"))
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_all_coordinates_lie_within_their_picture() -> None:
    text = written(failing("a handler whose name is much longer than any lane of a picture is wide"))
    for picture in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        width, height = map(float, re.findall(r'viewBox="0 0 (\S+) (\S+)"', picture)[0])
        for x, y in re.findall(r' x="(\S+?)" y="(\S+?)"', picture):
            assert 0 <= float(x) <= width
            assert -10 <= float(y) <= height


def test_a_healthy_trace_says_that_it_is() -> None:
    told = Story()
    told.on("log", "placed")
    told.heard("placed", "log")
    text = written(told.trace())
    assert "Healthy: " in text
    assert "Nothing was found" in text


def test_a_page_stays_small_for_a_large_trace() -> None:
    assert len(written(make_trace(5_000, failures=0.5))) < 1_000_000


def test_the_same_trace_gives_the_same_page() -> None:
    trace = failing("charge")
    assert written(trace) == written(trace)
