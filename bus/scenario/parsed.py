"""A file's text read as YAML; whether that is a scenario, or a part of one, is decided later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bus.errors import Place, UserError, UserErrors
from bus.scenario import tree as yaml_tree
from bus.system_errors import cannot_read
from buslens.wire import MAGIC


def read_text(path: Path) -> str:
    """A file's text. Raises UserError where it is missing, a capture, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(yaml_tree.MAX_BYTES + 1)
    except OSError as error:
        raise cannot_read(path, error) from None
    if raw.startswith(MAGIC):
        hint = "a scenario is a text that begins with buslens: 1"
        raise UserError("this is a capture, and a scenario is asked for", at=Place(str(path)), hint=hint)
    if len(raw) > yaml_tree.MAX_BYTES:
        limit = yaml_tree.MAX_BYTES // 1024
        raise UserError(f"the file is larger than {limit} KiB, which no scenario needs", at=Place(str(path)))
    return text_of(raw, path)


def text_of(raw: bytes, path: Path) -> str:
    """What a file holds, as text. Raises UserError with the place of what is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise UserError("the file is not UTF-8 text", at=Place(str(path), line, column)) from None


@dataclass(frozen=True, slots=True)
class ParsedYaml:
    """A text that is YAML; whether it is a scenario is not decided yet."""

    root: CommentedMap
    values: dict[str, Any]
    """What it says, as plain JSON values. Not to be changed."""

    file: str
    mistakes: tuple[UserError, ...]
    """What YAML can say and JSON cannot."""

    text: str


def read(text: str, file: str) -> ParsedYaml:
    """Read a text as YAML. Raises UserErrors where it is none."""
    try:
        root = yaml_tree.parse(text, file)
    except UserError as error:
        raise UserErrors([error]) from None
    mistakes: list[UserError] = []
    values = yaml_tree.plain(root, file, mistakes, Place(file, 1, 1))
    return ParsedYaml(root, values, file, tuple(mistakes), text)
