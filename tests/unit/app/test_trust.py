"""A person trusts exactly the content that they read, and only they can change the list."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.trust import TrustedFiles

READ = "ab" * 32
CHANGED = "cd" * 32


def test_nothing_is_trusted_before_a_person_says_so(tmp_path: Path) -> None:
    assert not TrustedFiles(tmp_path / "trusted.json").trusts(READ)


def test_trust_is_remembered_for_this_content_only(tmp_path: Path) -> None:
    path = tmp_path / "config" / "trusted.json"
    TrustedFiles(path).trust(READ, "shop.yaml")
    again = TrustedFiles(path)
    assert again.trusts(READ)
    assert not again.trusts(CHANGED)


def test_what_is_forgotten_is_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "trusted.json"
    TrustedFiles(path).trust(READ, "shop.yaml")
    TrustedFiles(path).forget(READ)
    assert not TrustedFiles(path).trusts(READ)


def test_two_windows_do_not_forget_each_others_trust(tmp_path: Path) -> None:
    path = tmp_path / "trusted.json"
    one, other = TrustedFiles(path), TrustedFiles(path)
    one.trust(READ, "shop.yaml")
    other.trust(CHANGED, "shop.yaml")
    assert TrustedFiles(path).trusts(READ)
    assert TrustedFiles(path).trusts(CHANGED)


def test_only_the_owner_reads_the_list(tmp_path: Path) -> None:
    path = tmp_path / "config" / "trusted.json"
    TrustedFiles(path).trust(READ, "shop.yaml")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"trusted": 3}', '{"trusted": {"x": "y"}}', "\0", "[" * 100_000])
def test_a_damaged_list_trusts_nothing(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "trusted.json"
    path.write_text(damaged)
    assert not TrustedFiles(path).trusts(READ)
    assert not TrustedFiles(path).trusts("x")
