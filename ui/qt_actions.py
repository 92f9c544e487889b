"""The table of commands as Qt sees it: a QAction for each, with keys, icon and tick, kept in step with the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from bus.errors import UserError
from ui.actions import ACTIONS, Action
from ui.icons import icon
from ui.state import CommandState
from ui.theme import Theme
from ui.verbs import Verbs
from ui.widgets.palette import Choice


class CommandAction(QAction):
    """Runs one command; a mistake of the person becomes a signal."""

    failed = Signal(object)
    done = Signal()

    def __init__(self, action: Action, verbs: Verbs, parent: QObject) -> None:
        super().__init__(action.title, parent)
        self.command = action
        self._verbs = verbs
        self.setObjectName(action.id)
        give_keys(self, action)
        self.setCheckable(action.checked is not None)
        # In a menu an icon would stand where the tick belongs.
        self.setIconVisibleInMenu(not self.isCheckable())
        self.setMenuRole(QAction.MenuRole.NoRole)
        self.triggered.connect(self.run)

    def run(self) -> None:
        """Run the command; a person's mistake is emitted as `failed`."""
        try:
            self.command.does(self._verbs)
        except UserError as error:
            self.failed.emit(error)
        self.done.emit()

    def refresh(self, state: CommandState) -> None:
        """Offer itself, tick itself and name itself as the state wants."""
        command = self.command
        self.setEnabled(command.when is None or command.when(state))
        if command.checked is not None:
            self.setChecked(command.checked(state))
        self.setText(command.renamed(state) if command.renamed else command.title)
        keys = self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        shown = self.text().rstrip("…")
        tip = f"{shown} ({keys})" if keys else shown
        self.setToolTip(f"{tip}\n{command.tip}" if command.tip else tip)
        self.setStatusTip("")


class LocalAction(QAction):
    """The keys of a command in a widget that does something of its own for it."""

    def __init__(self, action: Action, does: Callable[[], object], parent: QWidget) -> None:
        super().__init__(action.title, parent)
        self._does = does
        give_keys(self, action)
        self.triggered.connect(self.run)

    def run(self) -> None:
        """Do what the widget does for this command."""
        self._does()


def give_keys(to: QAction, action: Action) -> None:
    """A command's keys, where they count."""
    to.setShortcuts([QKeySequence(keys) for keys in action.shortcuts])
    if action.place == "timeline":
        to.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)


def answer_keys(widget: QWidget, does: Mapping[str, Callable[[], object]]) -> None:
    """While `widget` has the focus the keys of these commands (by id) do what is said here; a timeline's keys alone."""
    for action in ACTIONS:
        if action.id in does:
            widget.addAction(LocalAction(action, does[action.id], widget))


class QtActions(QObject):
    """The QActions of all commands, by id."""

    failed = Signal(object)
    done = Signal()
    """A command has run: the state may be another one."""

    def __init__(
        self,
        table: Sequence[Action],
        verbs: Verbs,
        state_now: Callable[[], CommandState],
        window: QWidget,
        timeline: QWidget,
    ) -> None:
        super().__init__(window)
        self._state_now = state_now
        self._state: CommandState | None = None
        self.by_id = {action.id: CommandAction(action, verbs, self) for action in table}
        for action in self.by_id.values():
            action.failed.connect(self.failed)
            action.done.connect(self.done)
            # The window, so that keys work where an action stands in no menu.
            (timeline if action.command.place == "timeline" else window).addAction(action)
        self.done.connect(self.refresh)
        self.refresh()

    def __getitem__(self, action_id: str) -> CommandAction:
        return self.by_id[action_id]

    def refresh(self) -> None:
        """Something may have changed that commands depend on."""
        state = self._state_now()
        if state != self._state:
            self._state = state
            for action in self.by_id.values():
                action.refresh(state)
        else:
            # A click toggles a tick by itself, also where the command changed nothing.
            for action in self.by_id.values():
                if action.command.checked is not None:
                    action.setChecked(action.command.checked(state))

    def refresh_theme(self, theme: Theme) -> None:
        """Icons in the theme's colours."""
        for action in self.by_id.values():
            if action.command.icon:
                action.setIcon(icon(action.command.icon, theme))

    def run(self, action_id: str) -> None:
        """As if it had been chosen from a menu."""
        action = self.by_id[action_id]
        if action.isEnabled():
            action.trigger()

    def choices(self) -> list[Choice]:
        """The commands as lines of the palette."""
        native = QKeySequence.SequenceFormat.NativeText
        return [
            Choice(
                action.command.id,
                action.text(),
                action.command.menu.lstrip("-").replace("/", " › "),
                action.command.icon,
                action.shortcut().toString(native),
                action.isEnabled(),
            )
            for action in self.by_id.values()
            if action.command.id != "palette.show"
        ]
