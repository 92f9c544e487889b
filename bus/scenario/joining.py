"""A scenario and the files that it includes, joined: what they say together, and which file each part of it stands in.

Sections of included files stand before those of the file that includes them, as if they had been written there. A file
that is included twice is there once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bus.errors import Place, UserError, UserErrors
from bus.scenario import parameters
from bus.scenario import tree as yaml_tree
from bus.scenario.included import IncludedFiles
from bus.scenario.parsed import ParsedYaml
from bus.scenario.texts import ScenarioTexts

KEY = "include"
MAPPINGS = (parameters.SECTION, "events", "services", "handlers")
"""Sections whose names are those of all files together."""

LISTS = ("script", "faults", "expect")
"""Sections that follow each other."""

OF_RUNS = ("engine", "seed", "swarm", "choices")
"""What the file says that is run; of an included one it is passed over."""

OF_A_FILE = ("buslens", "name", "description", KEY, *OF_RUNS)
"""What a file says of itself, which is not joined."""

MOST_FILES = 100
DEEPEST = 10
"""Files that include each other, one inside the other."""

Path = tuple[Any, ...]
OWN = ""
"""Name of the scenario's own file among those that it is made of."""


class Origins:
    """Which file each part of a scenario stands in, by name; OWN for its own."""

    def __init__(self) -> None:
        self._named: dict[Path, str] = {}
        self._listed: dict[str, list[tuple[int, str]]] = {}

    def of(self, path: Path) -> tuple[str, Path]:
        """The file of what stands at this path, and its path there."""
        if len(path) > 1 and path[0] in self._listed and isinstance(path[1], int):
            begin, name = next(each for each in reversed(self._listed[path[0]]) if each[0] <= path[1])
            return name, (path[0], path[1] - begin, *path[2:])
        return self._named.get(path[:2], self._named.get(path[:1], OWN)), path

    def name(self, path: Path, file: str) -> None:
        """What stands at this path is from this file."""
        self._named[path] = file

    def append(self, section: str, begin: int, file: str) -> None:
        """From this place of the list on it is what the file says."""
        self._listed.setdefault(section, []).append((begin, file))


@dataclass(frozen=True, slots=True)
class Joint:
    """A scenario with all that it includes; whether it is right is not decided yet."""

    own: ParsedYaml
    included: Mapping[str, ParsedYaml]
    """By name, each before those that include it."""

    values: dict[str, Any]
    """As if they stood in one file, which includes nothing."""

    origins: Origins
    mistakes: tuple[UserError, ...]
    """What cannot be included or read, and names that stand in two files."""

    @property
    def texts(self) -> ScenarioTexts:
        """What it is made of."""
        return ScenarioTexts(self.own.text, {name: each.text for name, each in self.included.items()})

    @property
    def files(self) -> tuple[ParsedYaml, ...]:
        """All files, its own one last."""
        return (*self.included.values(), self.own)

    def at(self, path: Path) -> tuple[Any, str, Path]:
        """The tree that what stands at this path is in, its file as messages call it, and its path there."""
        name, there = self.origins.of(path)
        file = self.included.get(name, self.own)
        return file.root, file.file, there


def joined(own: ParsedYaml, files: IncludedFiles) -> Joint:
    """A scenario and what it includes, as far as that can be read."""
    found = _Inclusion(own, files)
    mistakes = [*own.mistakes, *found.mistakes]
    if KEY not in own.values:
        return Joint(own, {}, own.values, Origins(), tuple(mistakes))
    values, origins, stood = dict[str, Any](), Origins(), dict[Path, Place]()
    for name, file in (*found.read.items(), (OWN, own)):
        mistakes += file.mistakes if name != OWN else ()
        for key, value in file.values.items():
            if key == KEY or (name != OWN and key in OF_A_FILE):
                continue
            mistakes += _added(values, origins, stood, name, file, key, value)
    order = dict.fromkeys((*own.values, *values))
    return Joint(own, found.read, {key: values[key] for key in order if key != KEY}, origins, tuple(mistakes))


def _added(
    values: dict[str, Any],
    origins: Origins,
    stood: dict[Path, Place],
    name: str,
    file: ParsedYaml,
    key: str,
    value: Any,
) -> Iterator[UserError]:
    """Add what one file says under one key; mistakes of that."""
    place = yaml_tree.value_place(file.root, key, file.file)
    if key in MAPPINGS and isinstance(value, dict | None):
        known = values.setdefault(key, {})
        for each, said in (value or {}).items():
            at = yaml_tree.key_place(file.root[key], each, file.file)
            is_last_word = key == parameters.SECTION and name == OWN
            if each in known and not is_last_word:
                yield UserError(f"{each} stands here a second time: it is in {stood[key, each]} already", at=at)
                continue
            known[each] = said
            stood[key, each] = at
            origins.name((key, each), name)
    elif key in LISTS and isinstance(value, list | None):
        known = values.setdefault(key, [])
        origins.append(key, len(known), name)
        known += value or []
    elif name != OWN and key in (*MAPPINGS, *LISTS):
        yield UserError(f"expected a {'mapping' if key in MAPPINGS else 'list'}", at=place)
    else:
        values[key] = value
        origins.name((key,), name)


class _Inclusion:
    """Reads the files that a scenario includes, each once, and notes what is wrong with how they are included."""

    def __init__(self, own: ParsedYaml, files: IncludedFiles) -> None:
        self.read: dict[str, ParsedYaml] = {}
        self.mistakes: list[UserError] = []
        self._files = files
        self._bytes = len(own.text.encode("utf-8", "surrogatepass"))
        self._seen: set[str] = set()
        self._walk(own, (files.own_name,))

    def _walk(self, file: ParsedYaml, chain: tuple[str, ...]) -> None:
        """chain: names of the files that include each other, down to this one."""
        said = file.values.get(KEY)
        if said is None or self._is_too_much:
            return
        if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
            at = yaml_tree.value_place(file.root, KEY, file.file)
            self.mistakes.append(UserError("expected a list of files, such as [parts/orders.yaml]", at=at))
            return
        for index, each in enumerate(said):
            if self._is_too_much:
                return
            place = yaml_tree.item_place(file.root[KEY], index, file.file)
            try:
                self._include(each, chain, place)
            except UserErrors as error:  # of the file itself, which says where
                self.mistakes += error.errors
            except UserError as error:
                self.mistakes.append(UserError(error.problem, at=error.at or place, hint=error.hint))

    def _include(self, said: str, chain: tuple[str, ...], place: Place) -> None:
        name = self._files.name_of(said, chain[-1])
        if name in chain:
            raise UserError(f"a file includes itself: {', '.join([*chain[chain.index(name) :], name])}")
        if name in self._seen:
            return
        self._seen.add(name)
        if len(chain) > DEEPEST:
            raise UserError(f"files include each other more than {DEEPEST} deep")
        if len(self._seen) > MOST_FILES:
            raise UserError(f"a scenario includes {MOST_FILES} files at most")
        file = self._files.read(name)
        self._bytes += len(file.text.encode("utf-8", "surrogatepass"))
        if self._bytes > yaml_tree.MAX_BYTES:
            limit = yaml_tree.MAX_BYTES // 1024
            raise UserError(f"with this file the scenario is larger than {limit} KiB, which no scenario needs")
        self._walk(file, (*chain, name))
        self.read[name] = file

    @property
    def _is_too_much(self) -> bool:
        """Whether nothing more is read."""
        return len(self._seen) > MOST_FILES or self._bytes > yaml_tree.MAX_BYTES
