"""A baseline mutes what a person has given a reason for; one that is wrong mutes nothing and says where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bus.analysis.problems.baseline import MOST_BYTES, Baseline, Mute, beside, read, read_or_empty, write
from bus.analysis.problems.finding import Evidence, Finding, Severity
from bus.errors import Place, UserError

GOOD = "0123456789abcdef"


def finding(name: str) -> Finding:
    return Finding("d", Severity.ERROR, name, "m", "a", Evidence(1, 0, 0), (name,), Place("/srv/shop/main.py", 12))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / ".buslens" / "baseline.json"
    baseline = Baseline().muting([finding("a"), finding("b")], "known, ticket 12")
    write(path, baseline)
    assert read(path) == baseline
    assert set(baseline.by_fingerprint) == {finding("a").fingerprint, finding("b").fingerprint}
    assert '"title": "a"' in path.read_text(encoding="utf-8")


def test_what_is_muted_already_keeps_its_reason() -> None:
    first = Baseline().muting([finding("a")], "meant so")
    again = first.muting([finding("a"), finding("b")], "later")
    assert [each.reason for each in again.mutes] == ["meant so", "later"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_mute_needs_a_reason(reason: str) -> None:
    with pytest.raises(UserError, match="needs a reason"):
        Baseline().muting([finding("a")], reason)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ([], "begins with"),
        ({"muted": []}, "begins with"),
        ({"buslens": 2, "muted": []}, "begins with"),
        ({"buslens": 1}, '"muted" is a list'),
        ({"buslens": 1, "muted": ["x"]}, "mute 1 is no object"),
        ({"buslens": 1, "muted": [{"fingerprint": GOOD, "reason": 3}]}, "mute 1 has a value that is no text"),
        ({"buslens": 1, "muted": [{"fingerprint": "zz", "reason": "r"}]}, "mute 1 has no fingerprint"),
        ({"buslens": 1, "muted": [{"fingerprint": GOOD, "reason": "r"}, {"fingerprint": GOOD}]}, "mute 2 .*no reason"),
    ],
)
def test_a_file_that_is_wrong_says_where(fields: Any, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(UserError, match=complaint) as caught:
        read(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("body", [b'{"buslens": 1,\n oops', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_said(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_bytes(body)
    with pytest.raises(UserError, match="not JSON"):
        read(path)


def test_a_place_in_broken_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('{"buslens": 1,\n oops', encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read(path)
    assert caught.value.at == Place(str(path), 2, 2)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UserError, match="at most"):
        read(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing"):
        read(tmp_path / "nothing.json")


def test_keys_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    mute = {"fingerprint": GOOD, "reason": "r", "until": "2027"}
    path.write_text(json.dumps({"buslens": 1, "muted": [mute]}), encoding="utf-8")
    assert read(path).mutes == (Mute(GOOD, "r"),)


def test_a_wrong_mute_is_said_with_its_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write(path, Baseline().muting([finding("a"), finding("b")], "known"))
    path.write_text(path.read_text(encoding="utf-8").replace(finding("b").fingerprint, "oops"), encoding="utf-8")
    with pytest.raises(UserError, match="mute 2 has no fingerprint") as caught:
        read(path)
    assert caught.value.at == Place(str(path), 11, 5)


def test_what_is_not_to_be_muted_any_more_is_told_again() -> None:
    both = Baseline().muting([finding("a"), finding("b")], "known")
    assert set(both.without(finding("a").fingerprint).by_fingerprint) == {finding("b").fingerprint}
    assert both.without("nothing") == both


def test_a_baseline_lies_beside_the_file_that_it_is_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert beside(tmp_path / "shop" / "shop.yaml") == tmp_path / "shop" / ".buslens" / "baseline.json"
    here = beside(None)
    assert beside(Path("shop.yaml")) == here == tmp_path / ".buslens" / "baseline.json"
    assert read_or_empty(here) == Baseline()
    write(here, Baseline().muting([finding("a")], "known"))
    assert beside(tmp_path / "shop" / "shop.yaml") == here, "the only one that there is"
    assert len(read_or_empty(here).mutes) == 1
