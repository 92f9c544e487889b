"""A scenario that is being edited: its text is the truth; every edit is one change of the text that can be undone.

An edit changes the tree with its comments and order, writes it out and reads it again: what is wrong changes nothing,
and what is edited is what is saved.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bus.errors import Place, UserError
from bus.scenario import tree as yaml_tree
from bus.scenario.model import Scenario
from bus.scenario.reading import read_text, scenario_of

EMPTY = "buslens: 1\nname: New scenario\nengine: pyee-asyncio\nevents: {}\nhandlers: {}\nscript: []\n"
MOST_UNDO = 200
Change = Callable[[CommentedMap], None]


class Document:
    """One scenario file, open for editing."""

    def __init__(self, text: str, path: Path | None = None, name: str = "") -> None:
        """Raises UserErrors where the text is no scenario."""
        self.path = path
        self._file = str(path) if path else name or "untitled"
        self.scenario: Scenario = scenario_of(text, self._file)
        self.text = text
        self.undo_stack: list[tuple[str, str]] = []
        """Titles and the texts before each edit, oldest first."""

        self.redo_stack: list[tuple[str, str]] = []
        self._saved = text if path else None
        self.revision = 0
        """Grows with every change, undo and redo included."""

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.path.name if self.path else self.scenario.name or "untitled"

    @property
    def dirty(self) -> bool:
        """Whether something is not saved."""
        return self.text != self._saved and bool(self.undo_stack or self.redo_stack or self.path)

    @property
    def content_hash(self) -> str:
        """What a person trusts when they trust this file's Python handlers."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def needs_trust(self) -> bool:
        """Whether it holds Python code."""
        return self.scenario.has_python

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self.undo_stack)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self.redo_stack)

    @property
    def undo_title(self) -> str:
        """What undo takes back, "" for nothing."""
        return self.undo_stack[-1][0] if self.undo_stack else ""

    @property
    def redo_title(self) -> str:
        """What redo does again, "" for nothing."""
        return self.redo_stack[-1][0] if self.redo_stack else ""

    def edit(self, title: str, change: Change) -> None:
        """Make one change. Raises UserError, and changes nothing, where the result is no scenario."""
        tree = yaml_tree.parse(self.text, self._file)
        change(tree)
        text = yaml_tree.dump(tree, self.text)
        if text == self.text:
            return
        scenario = scenario_of(text, self._file)
        self.undo_stack = [*self.undo_stack[-MOST_UNDO:], (title, self.text)]
        self.redo_stack = []
        self._become(text, scenario)

    def undo(self) -> None:
        """Take back the newest edit."""
        if self.undo_stack:
            title, text = self.undo_stack.pop()
            self.redo_stack.append((title, self.text))
            self._become(text, scenario_of(text, self._file))

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.redo_stack:
            title, text = self.redo_stack.pop()
            self.undo_stack.append((title, self.text))
            self._become(text, scenario_of(text, self._file))

    def save(self, path: Path | None = None) -> None:
        """Write the file, whole or not at all. Raises UserError where that fails or somebody else changed it."""
        target = path or self.path
        if target is None:
            raise UserError("this scenario has no file yet", hint="choose where to save it")
        if target == self.path and target.exists() and self._saved is not None:
            on_disk = read_text(target).replace("\r\n", "\n")
            if on_disk != self._saved.replace("\r\n", "\n"):
                hint = "save it under another name, or open it again"
                raise UserError("the file was changed by another program", at=Place(str(target)), hint=hint)
        write_whole(target, self.text.encode())
        self.path, self._file, self._saved = target, str(target), self.text

    def _become(self, text: str, scenario: Scenario) -> None:
        self.text, self.scenario = text, scenario
        self.revision += 1

    # What a person edits in the window

    def add_event(self, name: str) -> None:
        """Define an event."""
        self._must_be_new("event", name, self.scenario.events)
        self.edit(f"Add event {name}", lambda tree: _section(tree, "events").update({name: {}}))

    def rename_event(self, old: str, new: str) -> None:
        """Give an event another name, wherever it is named."""
        self._must_be_new("event", new, self.scenario.events)
        self.edit(f"Rename event {old}", lambda tree: _rename_event(tree, old, new))

    def remove_event(self, name: str) -> None:
        """Delete an event. Raises UserError where something still names it."""
        self.edit(f"Delete event {name}", lambda tree: _section(tree, "events").pop(name))

    def set_event(self, name: str, *, schema: Any = None, sample: Any = None, description: str = "") -> None:
        """Replace what is said of an event."""
        said = {"description": description or None, "schema": schema, "sample": sample}
        self.edit(f"Change event {name}", lambda tree: _set(_item(_section(tree, "events"), name), said))

    def add_handler(self, name: str, on: str, do: list[Any] | None = None) -> None:
        """Attach a handler to an event."""
        self._must_be_new("handler", name, self.scenario.handlers)
        handler = {"on": on, "do": do or []}
        self.edit(f"Add handler {name}", lambda tree: _section(tree, "handlers").update({name: handler}))

    def set_handler(self, name: str, **said: Any) -> None:
        """Replace some of on, do, once, block, description; None removes a key."""
        self.edit(f"Change handler {name}", lambda tree: _set(_item(_section(tree, "handlers"), name), said))

    def rename_handler(self, old: str, new: str) -> None:
        """Give a handler another name, wherever it is named."""
        self._must_be_new("handler", new, self.scenario.handlers)
        self.edit(f"Rename handler {old}", lambda tree: _rename_handler(tree, old, new))

    def remove_handler(self, name: str) -> None:
        """Detach and delete a handler."""
        self.edit(f"Delete handler {name}", lambda tree: _section(tree, "handlers").pop(name))

    def move_handler(self, name: str, to: int) -> None:
        """Change the order of registration, which is the order of calls."""

        def move(tree: CommentedMap) -> None:
            handlers = _section(tree, "handlers")
            value = handlers.pop(name)
            handlers.insert(to, name, value)

        self.edit(f"Move handler {name}", move)

    def set_option(self, key: str, value: Any) -> None:
        """Change name, description, engine, seed, script or expect."""
        self.edit(f"Change {key}", lambda tree: _set(tree, {key: value}))

    def _must_be_new(self, what: str, name: str, known: Any) -> None:
        if name in known:
            raise UserError(
                f"there is already {'an' if what == 'event' else 'a'} {what} {name}", hint="take another name"
            )


def load(path: Path | str) -> Document:
    """Open a scenario file. Raises UserError, for wrong content UserErrors with every mistake."""
    path = Path(path)
    return Document(read_text(path), path)


def loads(text: str, name: str = "") -> Document:
    """Open a scenario that lies in memory."""
    return Document(text, None, name)


def new() -> Document:
    """An empty scenario."""
    return Document(EMPTY)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file by way of a temporary one beside it. Raises UserError."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror or error}", at=Place(str(path))) from None


def _section(tree: CommentedMap, key: str) -> CommentedMap:
    if not isinstance(tree.get(key), CommentedMap):
        tree[key] = CommentedMap()
    section = tree[key]
    if not section:
        section.fa.set_block_style()  # an empty {} would grow into one long line
    return section  # type: ignore[no-any-return]


def _item(section: CommentedMap, name: str) -> CommentedMap:
    if not isinstance(section.get(name), CommentedMap):
        section[name] = CommentedMap()
    item = section[name]
    if not item:
        item.fa.set_block_style()
    return item  # type: ignore[no-any-return]


def _set(item: CommentedMap, said: dict[str, Any]) -> None:
    for key, value in said.items():
        if value is None:
            item.pop(key, None)
        elif _plain(item.get(key)) != value:
            item[key] = value


def _plain(node: Any) -> Any:
    return json.loads(json.dumps(node, default=str)) if node is not None else None


def _rename_key(section: CommentedMap, old: str, new: str) -> None:
    at = list(section).index(old)
    comment = section.ca.items.pop(old, None)
    section.insert(at, new, section.pop(old))
    if comment is not None:
        section.ca.items[new] = comment


def _rename_event(tree: CommentedMap, old: str, new: str) -> None:
    _rename_key(_section(tree, "events"), old, new)
    for handler in (tree.get("handlers") or {}).values():
        on = handler.get("on")
        if on == old:
            handler["on"] = new
        elif isinstance(on, list):
            handler["on"][:] = [new if each == old else each for each in on]
    _replace(tree.get("handlers"), "emit", old, new)
    _replace(tree.get("script"), "emit", old, new)
    _replace(tree.get("expect"), "event", old, new)


def _rename_handler(tree: CommentedMap, old: str, new: str) -> None:
    _rename_key(_section(tree, "handlers"), old, new)
    _replace(tree.get("expect"), "handler", old, new)


def _replace(node: Any, key: str, old: str, new: str) -> None:
    """Of steps, however deep: payloads are left alone."""
    if isinstance(node, dict):
        if node.get(key) == old:
            node[key] = new
        for name, inner in node.items():
            if name in ("do", "once") or (isinstance(inner, dict) and name not in ("with", "sample", "schema")):
                _replace(inner, key, old, new)
    elif isinstance(node, list):
        for each in node:
            _replace(each, key, old, new)
