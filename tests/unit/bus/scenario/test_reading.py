"""A wrong file never opens half: every mistake is told at its place, and a hostile one costs next to nothing."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from bus import scenario
from bus.engines import ENGINES
from bus.errors import UserError, UserErrors
from bus.scenario.steps import VERBS
from bus.wording import one_of

HEAD = "buslens: 1\n"


def said(text: str) -> list[str]:
    with pytest.raises(UserErrors) as refused:
        scenario.loads(text, "shop.yaml")
    return str(refused.value).splitlines()


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
buslens: 1
engin: pyee
engine: pyee-asynico
events:
  order.placed:
    schema: {type: objekt}
    sampel: 1
  order placed: {}
handlers:
  charge:
    on: order.plcaed
    do:
      - wait: 20 parsecs
      - emit: order.palced
        with: {id: [1, $event.]}
      - emti: order.placed
      - fail: {probability: 2}
      - once:
          - emit: nothing.like.it
  empty:
    do: []
script:
  - emit: order.placed
    every: 100ms
expect:
  - {handler: chrage, failed: many}
"""
    expected = f"""\
shop.yaml:2:1: unknown key engin (did you mean engine?)
shop.yaml:3:9: expected {one_of(ENGINES)}, \
found 'pyee-asynico' (did you mean pyee-asyncio?)
shop.yaml:6:20: expected one of array, boolean, integer, null, number, object, string; found 'objekt'
shop.yaml:7:5: unknown key sampel (did you mean sample?)
shop.yaml:8:3: expected an event name of letters, digits, _ and -, in parts joined by . : or / (order.placed), \
found 'order placed'
shop.yaml:11:9: no event order.plcaed (did you mean order.placed?)
shop.yaml:13:15: expected a time such as 20ms, 20ms +- 5ms, 10ms..20ms, exponential 20ms or forever, \
found '20 parsecs'
shop.yaml:14:15: no event order.palced (did you mean order.placed?)
shop.yaml:15:30: not an expression: a name is missing behind the dot; \
a text that begins with $ is an expression: write $$ for a plain dollar sign
shop.yaml:16:9: expected a step with one of: {", ".join(VERBS)}; \
found {{"emti": "order.placed"}} (did you mean emit?)
shop.yaml:17:29: expected at most 1.0, found 2
shop.yaml:19:19: no event nothing.like.it (declare it in events)
shop.yaml:21:5: the key on is missing here
shop.yaml:23:11: expected times or for beside every: how often, or for how long, to emit
shop.yaml:26:15: no handler chrage (did you mean charge?)
shop.yaml:26:31: expected a number such as 3, or a bound such as '<= 3', found 'many'"""
    assert said(text) == expected.splitlines()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", ":1:1:", "empty"),
        ("# nothing\n", ":1:1:", "empty"),
        ("- a list\n", ":1:1:", "expected a mapping"),
        ("events: {}\n", ":1:1:", "this is not a scenario"),
        ("buslens: 2\n", ":1:10:", "expected 1"),
        (HEAD + "---\n" + HEAD, ":2:1:", "second one"),
        (HEAD + "name: a\nname: b\n", ":3:1:", "the key name stands here a second time"),
        (HEAD + "events:\n\ta: {}\n", ":3:1:", "spaces, not tabs"),
        (HEAD + "a: &x [1]\nb: *x\n", ":2:4:", "anchors and aliases"),
        (HEAD + "<<: *x\n", ":2:1:", "merging with <<"),
        (HEAD + "name: !!python/object/apply:os.system [ls]\n", ":2:7:", "text|plain YAML|tags"),
        (HEAD + "name: !own x\n", ":2:7:", "tags"),
        (HEAD + "events: {a: {sample: .nan}}\n", ":2:22:", "finite number"),
        (HEAD + "events: {a: {sample: 1e999}}\n", ":2:22:", "finite number"),
        (HEAD + "seed: 99999999999999999999999\n", ":2:7:", "63 bits"),
        (HEAD + "name: a\x00b\n", ":2:8:", r"unprintable character U\+0000"),
        (HEAD + 'name: "a\\x1bb"\n', ":2:7:", "control characters"),
        (HEAD + 'events: {"a\\nb": {}}\n', ":2:10:", "expected an event name"),
        (HEAD + "events: {1: {}}\n", ":2:10:", "expected a name"),
        (HEAD + "? [a]\n: b\n", ":2:3:", "as a key"),
        (HEAD + "events: [a]\n", ":2:9:", "expected a mapping"),
        (HEAD + "handlers: 5\n", ":2:11:", "expected a mapping"),
        (HEAD + "script: {a: b}\n", ":2:9:", "expected a list"),
        (HEAD + "name: 'open\n", ":3:1:|:2:7:", "not YAML"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_place(text: str, place: str, words: str) -> None:
    (line,) = said(text)
    assert any(each in line for each in place.split("|")), line
    with pytest.raises(UserError, match=words):
        scenario.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "events: " + "[" * 200_000,
        HEAD + "".join(" " * depth + "a:\n" for depth in range(800)),
        HEAD + "events:\n" + "- " * 100_000,
        HEAD + "? " * 100_000,
        HEAD + "events: {a: {sample: [" + "1," * 200_000 + "]}}",
        HEAD + "a: &a [x,x]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in pairwise("abcdefghij")),
        HEAD + "seed: 0x" + "f" * 300_000,
        HEAD + "name: " + "x" * 500_000,
        HEAD + "name: '" + "x" * 500_000,
        HEAD + "name: x" + "x" * 100_000_000,
        HEAD + "handlers: {" + ", ".join(f"h{n}: {{on: x{n}}}" for n in range(9000)) + "}",
        HEAD + "events: {a: }\nhandlers: {h: {on: a, do: [" + "{once: 1}," * 999 + "]}}",
        HEAD + "events: {a: }\nhandlers: {h: {on: a, do: [{emit: a, if: '" + "true?1:" * 500 + "1'}]}}",
    ],
    ids=["brackets", "indents", "dashes", "questions", "items", "aliases", "hex", "long", "open", "100 MB", "handlers",
         "wrong steps", "ternaries"],
)  # fmt: skip
def test_a_hostile_file_is_refused_and_does_not_take_for_ever(text: str) -> None:
    lines = said(text)
    assert len(lines) <= 101
    assert all(len(line) < 500 for line in lines)


@pytest.mark.parametrize("text", ["x" * 100_000_000, "[" * 500_000, "[" + "1," * 20_000], ids=["long", "deep", "many"])
def test_a_hostile_file_is_refused_in_little_memory(text: str) -> None:
    tracemalloc.start()
    lines = said(HEAD + "name: " + text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(lines) == 1
    assert peak < 60_000_000 + 2.5 * len(text)


def test_a_file_too_large_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    with pytest.raises(UserError, match="larger than"):
        scenario.load(path)


def test_a_file_that_is_no_text_says_where(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"buslens: 1\nname: caf\xe9\n")
    with pytest.raises(UserError, match=r"latin.yaml:2:10: the file is not UTF-8 text"):
        scenario.load(path)
    with pytest.raises(UserError, match="cannot be read"):
        scenario.load(tmp_path / "missing.yaml")
    with pytest.raises(UserError, match="cannot be read"):
        scenario.load(tmp_path)


def test_what_is_left_empty_says_nothing() -> None:
    found = scenario.loads("buslens: 1\nevents:\n  a:\nhandlers:\nscript:\nexpect:\n").scenario
    assert list(found.events) == ["a"]
    assert (found.handlers, found.script, found.expect) == ({}, [], [])


def test_what_looks_like_a_date_is_a_text() -> None:
    found = scenario.loads("buslens: 1\nevents: {a: {sample: {day: 2026-11-23, odd: 2026-99-99}}}\n").scenario
    assert found.events["a"].sample == {"day": "2026-11-23", "odd": "2026-99-99"}


def test_handlers_hear_patterns_and_the_events_of_pyee_itself() -> None:
    found = scenario.loads(
        "buslens: 1\nevents: {order.placed: {}, order.paid: {}, mail.sent: {}}\n"
        "handlers: {a: {on: order.*}, b: {on: [mail.sent, order.paid]}, c: {on: error}}\n"
    ).scenario
    assert [found.handlers_of(event) for event in found.events] == [["a"], ["a", "b"], ["b"]]
