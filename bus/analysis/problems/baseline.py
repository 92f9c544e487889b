"""What a person has decided not to hear of any more: findings by their fingerprint, each with a reason.

A file to be read and committed, beside the program. One that is wrong mutes nothing: half a list would hide what
nobody has looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bus.analysis.problems.finding import Finding
from bus.analysis.problems.json_entries import places_in
from bus.capture.whole_file import replacing
from bus.errors import Place, UserError
from bus.system_errors import cannot_make, cannot_read

USUAL = Path(".buslens") / "baseline.json"
"""Where it is looked for, beside the program."""

VERSION = 1
MOST_MUTES = 20_000
MOST_BYTES = 16 * 1024 * 1024
_FINGERPRINT = 16


@dataclass(frozen=True, slots=True)
class Mute:
    """One finding that is not to be told."""

    fingerprint: str
    reason: str
    """Why, in a person's words; never empty."""

    detector: str = ""
    title: str = ""
    place: str = ""
    """What it was when it was muted, for whoever reads the file; nothing goes by them."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """All mutes of a file."""

    mutes: tuple[Mute, ...] = ()
    by_fingerprint: dict[str, Mute] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_fingerprint", {each.fingerprint: each for each in self.mutes})

    def muting(self, findings: Iterable[Finding], reason: str) -> Baseline:
        """This one, and these findings muted too. Raises UserError where there is no reason."""
        if not reason.strip():
            raise UserError("a mute needs a reason", hint='such as --mute "known, ticket 12"')
        new = [
            Mute(each.fingerprint, reason.strip(), each.detector, each.title, str(each.place or ""))
            for each in findings
            if each.fingerprint not in self.by_fingerprint
        ]
        return Baseline(tuple(Baseline((*self.mutes, *new)).by_fingerprint.values()))

    def without(self, fingerprint: str) -> Baseline:
        """This one, where a finding is not muted any more."""
        return Baseline(tuple(each for each in self.mutes if each.fingerprint != fingerprint))


def read(path: Path) -> Baseline:
    """The mutes of a file. Raises UserError that says where and what is wrong with it."""
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise cannot_read(path, error) from None
    if len(body) > MOST_BYTES:
        raise UserError(f"a baseline has {MOST_BYTES:,} bytes at most", at=Place(str(path)))
    try:
        found = json.loads(body)
    except json.JSONDecodeError as error:
        raise UserError(f"this is not JSON: {error.msg}", at=Place(str(path), error.lineno, error.colno)) from None
    except (ValueError, RecursionError):
        raise UserError("this is not JSON", at=Place(str(path))) from None
    if not isinstance(found, dict) or found.get("buslens") != VERSION:
        raise UserError(
            f'a baseline begins with "buslens": {VERSION}',
            at=Place(str(path)),
            hint="`buslens check --mute` writes one",
        )
    muted = found.get("muted")
    if not isinstance(muted, list) or len(muted) > MOST_MUTES:
        raise UserError(f'"muted" is a list of at most {MOST_MUTES:,} findings', at=Place(str(path)))
    try:
        return Baseline(tuple(_mute(number, each) for number, each in enumerate(muted, 1)))
    except _WrongMuteError as error:
        line, column = places_in(body.decode(json.detect_encoding(body), "surrogatepass"), "muted")[error.number - 1]
        raise UserError(str(error), at=Place(str(path), line, column)) from None


def beside(path: Path | None) -> Path:
    """Where the mutes of what lies in this file are, or are to be written.

    In its folder; without a file, or where only the folder of this process has a baseline, in that.
    """
    here = Path.cwd() / USUAL
    there = here if path is None else path.absolute().parent / USUAL
    return here if here.exists() and not there.exists() else there


def read_or_empty(path: Path) -> Baseline:
    """The mutes of a file; none where it is not there. Raises UserError as `read`."""
    return read(path) if path.exists() else Baseline()


def write(path: Path, baseline: Baseline) -> None:
    """Write all mutes, one a line of keys, so that a diff shows what came and went. Raises UserError."""
    fields = {"buslens": VERSION, "muted": [asdict(each) for each in baseline.mutes]}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_make(path.parent, error) from None
    with replacing(path) as file:
        file.write(json.dumps(fields, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


class _WrongMuteError(Exception):
    """What is wrong with one mute; its number counts from 1."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"mute {number} {problem}")
        self.number = number


def _mute(number: int, fields: Any) -> Mute:
    if not isinstance(fields, dict):
        raise _WrongMuteError(number, "is no object")
    texts = {key: fields.get(key, "") for key in ("fingerprint", "reason", "detector", "title", "place")}
    if not all(isinstance(each, str) for each in texts.values()):
        raise _WrongMuteError(number, "has a value that is no text")
    fingerprint = texts["fingerprint"]
    if len(fingerprint) != _FINGERPRINT or set(fingerprint) - set("0123456789abcdef"):
        raise _WrongMuteError(number, f"has no fingerprint of {_FINGERPRINT} hexadecimal digits")
    if not texts["reason"].strip():
        raise _WrongMuteError(number, f"({fingerprint}) has no reason")
    return Mute(**texts)
