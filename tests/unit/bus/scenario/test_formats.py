"""Payloads are checked for the formats that the page names, as their standards say, in a time that does not explode."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.scenario import formats

DOCS = Path(__file__).resolve().parents[4] / "docs" / "scenario.md"


def fits(name: str, value: Any) -> bool:
    validator = jsonschema.Draft202012Validator({"format": name}, format_checker=formats.checker())
    return bool(validator.is_valid(value))


@given(some.datetimes(timezones=some.just(UTC)))
def test_every_time_that_python_writes_is_one(value: Any) -> None:
    assert fits("date-time", value.isoformat())
    assert fits("time", value.timetz().isoformat())
    assert fits("date", value.date().isoformat())


@given(some.uuids(), some.ip_addresses(v=4), some.ip_addresses(v=6), some.emails())
def test_and_every_id_address_and_mailbox(ident: Any, four: Any, six: Any, mail: str) -> None:
    assert fits("uuid", str(ident))
    assert fits("ipv4", str(four))
    assert fits("ipv6", str(six))
    assert fits("email", mail)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date-time", ["2026-11-29T07:00:00Z", "2026-11-29t07:00:60.5+01:00"], ["2026-11-29", "2026-02-30T00:00:00Z"]),
        ("time", ["07:00:00Z", "23:59:60-01:30"], ["24:00:00Z", "07:00:00", "7:00:00Z"]),
        ("date", ["2026-11-29"], ["2026-13-01", "29.11.2026"]),
        ("duration", ["P1D", "PT5M", "P1Y2M3DT4H", "P3W"], ["P", "PT", "1D", "P1S"]),
        ("email", ["a@b", "a.b+c@example.org"], ["a", "a@", "a b@c"]),
        ("hostname", ["a", "shop.example", "a-1.b"], ["", "-a", "a..b", "x" * 64, "a_b"]),
        ("uri", ["https://a.example/b?c#d", "urn:a:b", "mailto:a@b"], ["a", "//a", "https://a b", "x:"]),
        ("json-pointer", ["", "/", "/a/0/~0~1"], ["a", "/~2", "#/a"]),
        ("ipv4", ["127.0.0.1"], ["256.0.0.1", "1.2.3"]),
        ("uuid", ["00000000-0000-0000-0000-000000000000"], ["0", "zzzzzzzz-0000-0000-0000-000000000000"]),
    ],
)
def test_what_fits_and_what_does_not(name: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not fits(name, text)] == []
    assert [text for text in bad if fits(name, text)] == []


@pytest.mark.parametrize("name", formats.CHECKED)
@pytest.mark.parametrize("value", [5, None, True, [], {}])
def test_a_format_says_something_of_texts_only(name: str, value: Any) -> None:
    assert fits(name, value)


@pytest.mark.parametrize("name", ["iri", "regex", "idn-email", "unknown"])
def test_any_other_format_is_a_word_for_people(name: str) -> None:
    assert fits(name, "whatever it says")


def test_docs_name_every_format_that_is_checked() -> None:
    (line,) = re.findall(r"`format` is checked for (.*?); `buslens", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert set(re.findall("`([^`]+)`", line)) == set(formats.CHECKED)
