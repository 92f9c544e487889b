"""A scenario that is being edited: its text is the truth; every edit is one change of the text that can be undone.

An edit changes the values, and then only that part of the text that says something else now: comments and order stay.
The text is read again: what is wrong changes nothing, and what is edited is what is saved.
"""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bus.errors import Place, UserError
from bus.scenario import drafts as drafting
from bus.scenario import edits, parameters, renaming
from bus.scenario.drafts import Draft, Drafts, FieldPath, Move
from bus.scenario.edits import Change
from bus.scenario.examine import Examination, examine
from bus.scenario.included import IncludedFiles
from bus.scenario.joining import OWN, Origins, joined
from bus.scenario.model import Scenario
from bus.scenario.parsed import ParsedYaml, read, read_text
from bus.scenario.patch import patched, rewritten, same
from bus.scenario.reading import checked
from bus.scenario.texts import ScenarioTexts
from bus.system_errors import cannot_write

EMPTY = "buslens: 1\nname: New scenario\nengine: pyee-asyncio\nevents: {}\nhandlers: {}\nscript: []\n"
MOST_UNDO = 200


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A scenario at one moment of being edited, to which undo can go back."""

    texts: ScenarioTexts
    values: dict[str, Any]
    """Of its own file."""

    scenario: Scenario
    """With what it includes."""

    origins: Origins
    whole: dict[str, Any]
    """Of all its files, joined."""

    drafts: Drafts = ()
    """What was typed and is in none of these."""


class Document:
    """One scenario file, open for editing. What it includes is read with it, and edited in files of its own."""

    def __init__(
        self, text: str, path: Path | None = None, name: str = "", included: Mapping[str, str] | None = None
    ) -> None:
        """Raises UserErrors where the text is not a scenario.

        included: texts of the files that it includes, where somebody has read them; None: they are beside `path`.
        """
        self.path = path
        self._file = str(path) if path else name or "untitled"
        self._included = IncludedFiles(path, included)
        self._newest_tree: tuple[str, CommentedMap]
        self._state = self._read(text)
        self.undo_stack: list[tuple[str, DocumentState]] = []
        """Titles and what was before each edit, oldest first."""

        self.redo_stack: list[tuple[str, DocumentState]] = []
        self._joins = ""
        self.told: tuple[str, ...] = ()
        """What the newest edit did beyond what was asked for, in sentences."""

        self._saved = text if path else None
        self.revision = 0
        """Grows with every change, undo and redo included."""

    def snapshot(self) -> Document:
        """What it says now, for somebody who must not see later edits; nothing is read again."""
        made = copy.copy(self)
        made.undo_stack, made.redo_stack = [*self.undo_stack], [*self.redo_stack]
        return made

    @property
    def text(self) -> str:
        """The YAML text as it will be saved."""
        return self._state.texts.own

    @property
    def texts(self) -> ScenarioTexts:
        """The text, and those of the files that it includes."""
        return self._state.texts

    @property
    def trees(self) -> dict[str, CommentedMap]:
        """The YAML of its files by their names, which knows its places. Not to be changed."""
        text, tree = self._newest_tree
        if text != self.text:  # an undo, or an edit that was refused
            tree = self._reading(self.text).root
        return {OWN: tree, **{name: self._included.read(name).root for name in self.texts.included}}

    @property
    def scenario(self) -> Scenario:
        """The scenario that the text describes."""
        return self._state.scenario

    @property
    def values(self) -> dict[str, Any]:
        """What the text says as plain JSON values, as the person wrote them. Not to be changed."""
        return self._state.values

    @property
    def whole(self) -> dict[str, Any]:
        """The same with what it includes, as if it stood in one file."""
        return self._state.whole

    @property
    def origins(self) -> Origins:
        """Which file each part of the scenario stands in."""
        return self._state.origins

    @property
    def drafts(self) -> Drafts:
        """What was typed and cannot be taken yet: it is neither saved nor run."""
        return self._state.drafts

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
        """What a person trusts when they trust this scenario's Python handlers: of all its files."""
        return self.texts.content_hash

    def examined(self) -> Examination:
        """What would stop its run, and what may be meant otherwise than it stands there."""
        return self.examination()()

    def examination(self) -> Callable[[], Examination]:
        """What `examine` would do with the text as it is now, to be called on any thread."""
        return partial(examine, self.scenario, self.texts, Path(self._file))

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

    def edit(self, title: str, change: Change, *, joins: str = "", drafts: Move = drafting.same) -> None:
        """Make one change. Raises UserError, and changes nothing, where the result is not a scenario.

        `joins`: edits that follow each other under the same name (typing into one field) are undone together.
        `drafts`: what becomes of what was typed elsewhere and cannot be taken yet.
        """
        after = copy.deepcopy(self.values)
        change(after)
        kept = drafting.living(drafts(self.drafts), after)
        if not same(self.values, after):
            self._begin_step(title, joins, self._tried_again(replace(self._state_that_says(after), drafts=kept)))
        elif kept != self.drafts:
            self._begin_step(title, joins, replace(self._state, drafts=kept))

    def put(self, path: FieldPath, typed: str, value: Any, *, joins: str = "") -> None:
        """Say what was typed into one field. Raises UserError where it cannot be taken: it is a draft then."""
        title, moved, change = f"Change {drafting.spelled(path)}", drafting.settled(path), edits.put(path, value)
        if path[2:] == ("name",):
            moved = drafting.renamed(str(path[0]), str(path[1]), str(value or ""))
            change = edits.unchanged if value == path[1] else change
        before = self.scenario
        try:
            self.edit(title, change, joins=joins, drafts=moved)
            if path[0] == "events" and path[2:] == ("name",):
                self.told = tuple(renaming.consequences(before, self.scenario, str(path[1]), str(value)))
        except UserError as error:
            self.keep(Draft(path, typed, drafting.reason(error), value), joins=joins)
            raise

    def keep(self, draft: Draft, *, joins: str = "") -> None:
        """Keep what was typed and cannot be taken."""
        kept = drafting.with_draft(self.drafts, draft)
        if kept != self.drafts:
            self._begin_step(f"Change {drafting.spelled(draft.path)}", joins, replace(self._state, drafts=kept))

    def _begin_step(self, title: str, joins: str, state: DocumentState) -> None:
        """Something that undo takes back."""
        if not (joins and joins == self._joins and self.undo_stack and self._is_not_as_saved):
            self.undo_stack = [*self.undo_stack[1 - MOST_UNDO :], (title, self._state)]
        self.redo_stack = []
        self._become(state, joins)

    @property
    def _is_not_as_saved(self) -> bool:
        return self.text != self._saved or bool(self.drafts)

    def _tried_again(self, state: DocumentState) -> DocumentState:
        """What could not be taken before this edit may be right now: a name that was declared meanwhile."""
        for draft in state.drafts:
            if not draft.readable or draft.path[2:] == ("name",):
                continue
            values = copy.deepcopy(state.values)
            edits.put(draft.path, draft.value)(values)
            try:
                taken = self._state_that_says(values, state)
            except UserError as error:
                told = replace(draft, reason=drafting.reason(error))
                state = replace(state, drafts=drafting.with_draft(state.drafts, told))
            else:
                state = replace(taken, drafts=drafting.without(state.drafts, draft.path))
        return state

    def look_again(self) -> bool:
        """Read what it includes again, where one of the files says something else now. Whether it did.

        Raises UserErrors where the scenario is wrong with them; it stays as it was then.
        """
        files = self._included.changed()
        if files is None:
            return False
        self._included, before = files, self._included
        try:
            state = replace(self._read(self.text), drafts=self.drafts)
        except UserError:
            self._included = before
            raise
        self._become(state)
        return True

    def apart(self) -> Document:
        """A document of its own, in no file, in whose text stands also what this one includes."""
        if not self.texts.included:
            return loads(self.text, self.title)
        return loads(rewritten(self.whole), self.title)

    def undo(self) -> None:
        """Take back the newest edit."""
        if self.undo_stack:
            title, state = self.undo_stack.pop()
            self.redo_stack.append((title, self._state))
            self._become(self._with_files_of_now(state))

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.redo_stack:
            title, state = self.redo_stack.pop()
            self.undo_stack.append((title, self._state))
            self._become(self._with_files_of_now(state))

    def _with_files_of_now(self, state: DocumentState) -> DocumentState:
        """What was included then may say something else now; where the text of then is wrong with it, that stays."""
        if not state.texts.included:
            return state
        try:
            return replace(self._read(state.texts.own), drafts=state.drafts)
        except UserError:
            return state

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
        files = self._included
        included = [(self.path or target).parent / name for name in self.texts.included]
        if target.resolve() in [each.resolve() for each in included]:
            hint = "save it under another name"
            raise UserError("this scenario includes that file, which would be lost", at=Place(str(target)), hint=hint)
        if self.texts.included and target.parent.resolve() != (self.path or target).parent.resolve():
            files = IncludedFiles(target)
            if joined(read(self.text, str(target)), files).texts != self.texts:
                hint = f"save it in {(self.path or target).parent}, or put copies of them beside it"
                raise UserError("what it includes is not in that folder", at=Place(str(target)), hint=hint)
        write_whole(target, self.text.encode())
        self.path, self._file, self._saved, self._included = target, str(target), self.text, files

    def _become(self, state: DocumentState, joins: str = "") -> None:
        self.told = ()
        self._state, self._joins = state, joins
        self.revision += 1

    def _read(self, text: str) -> DocumentState:
        return self._state_of(self._reading(text))

    def _state_of(self, reading: ParsedYaml) -> DocumentState:
        joint = joined(reading, self._included)
        scenario = checked(joint)
        return DocumentState(joint.texts, reading.values, scenario, joint.origins, joint.values)

    def _reading(self, text: str) -> ParsedYaml:
        reading = read(text, self._file)
        self._newest_tree = text, reading.root
        return reading

    def _state_that_says(self, values: dict[str, Any], before: DocumentState | None = None) -> DocumentState:
        now = before or self._state
        text = patched(now.texts.own, now.values, values)
        try:
            reading = self._reading(text)
        except UserError:
            reading = None
        if reading is None or reading.mistakes or not same(reading.values, values):
            # A layout that the patch does not master: right without its comments is better than wrong with them.
            text = rewritten(values)
            reading = self._reading(text)
        return self._state_of(reading)

    # What a person edits in the window

    def add_event(self, name: str, **fields: Any) -> None:
        """Define an event: description, schema, sample."""
        self.edit(f"Add event {name}", edits.added("events", name, fields))

    def rename_event(self, old: str, new: str) -> None:
        """Give an event another name, wherever it is named; `told` says what that did beyond it."""
        before = self.scenario
        self.edit(f"Rename event {old}", edits.event_renamed(old, new), drafts=drafting.renamed("events", old, new))
        self.told = tuple(renaming.consequences(before, self.scenario, old, new))

    def remove_event(self, name: str) -> None:
        """Delete an event. Raises UserError where something still names it."""
        users = edits.users_of(self.scenario, name)
        if users:
            raise UserError(f"the event {name} is still used by {', '.join(users)}", hint="change that first")
        self.edit(f"Delete event {name}", edits.removed("events", name))

    def set_event(self, name: str, *, joins: str = "", **fields: Any) -> None:
        """Replace some of description, schema, sample; None removes a key."""
        self.edit(f"Change event {name}", edits.changed("events", name, fields), joins=joins)

    def add_handler(self, name: str, on: str | list[str], do: list[Any] | None = None, **fields: Any) -> None:
        """Attach a handler to an event."""
        self.edit(f"Add handler {name}", edits.added("handlers", name, {"on": on, "do": do or [], **fields}))

    def set_handler(self, name: str, *, joins: str = "", **fields: Any) -> None:
        """Replace what a handler says, such as on, do, worker or retry; None removes a key."""
        self.edit(f"Change handler {name}", edits.changed("handlers", name, fields), joins=joins)

    def set_steps(self, path: FieldPath, steps: list[Any], order: Sequence[int]) -> None:
        """Add, move or delete steps. order: for each step the place where it stood before, -1 for a new one."""
        moved = drafting.rearranged(path, order)
        self.edit(f"Change the steps of {drafting.spelled(path)}", edits.put(path, steps), drafts=moved)

    def rename_handler(self, old: str, new: str) -> None:
        """Give a handler another name, wherever it is named."""
        moved = drafting.renamed("handlers", old, new)
        self.edit(f"Rename handler {old}", edits.handler_renamed(old, new), drafts=moved)

    def remove_handler(self, name: str) -> None:
        """Detach and delete a handler, and what is expected of it."""
        self.edit(f"Delete handler {name}", edits.handler_removed(name))

    def move_handler(self, name: str, to: int) -> None:
        """Change the order of registration, which is the order of calls."""
        self.edit(f"Move handler {name}", edits.moved("handlers", name, to))

    def set_parameters(self, said: Mapping[str, str]) -> None:
        """Give parameters other values, as a person has written them. Raises UserError."""
        self.set_option(parameters.SECTION, parameters.given(self.scenario.parameters, said))

    def set_option(self, key: str, value: Any, *, joins: str = "") -> None:
        """Change name, description, engine, seed, script or expect; None removes the key."""
        self.edit(f"Change {key}", edits.option(key, value), joins=joins)


def load(path: Path | str) -> Document:
    """Open a scenario file. Raises UserError, for wrong content UserErrors with every mistake."""
    path = Path(path)
    return Document(read_text(path), path)


def loads(text: str, name: str = "") -> Document:
    """Open a scenario that lies in memory."""
    return Document(text, None, name)


def new() -> Document:
    """A document with an empty scenario."""
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
        raise cannot_write(path, error) from None
