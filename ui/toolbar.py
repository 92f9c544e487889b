"""The toolbar: run and step, what a run starts with, recording and freezing, and the one filter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QSpinBox, QToolBar, QToolButton, QWidget

from bus.engines import ENGINES
from bus.session import AT_REST, Session
from ui.actions import TOOLBAR, TOOLBAR_RIGHT
from ui.filter_state import FilterState
from ui.qt_actions import QtActions
from ui.run_choices import SPEEDS, RunChoices, speed_text
from ui.theme import ThemeSource
from ui.widgets.search_line import SearchLine

WITH_WORDS = ("run.start", "capture.record", "view.freeze")
"""Icon and words: the one to begin with, and the two that people confuse."""

NEEDED_WITH_WORDS = 155
"""Average letters; below that the toolbar shows icons alone."""

NEEDED = 90
"""Average letters; below that the choices show less of what they say, or the filter would fall off the end."""

LEAST_FILTER = 140, 90
"""Pixels, where there is room for it and where there is not."""

ENGINE_TIP = "what carries the events of the next run"
SEED_TIP = "Where all randomness of the next run comes from: the same seed, the same run"
MOST_SEED = 2**31 - 1
SEED_SHOWN = "00000", "000"
"""Digits that its field has room for, the same way; of a longer one the end is seen."""

ENGINE_SHOWN = 8
"""Average letters of the engine's name where there is no room; its tip has all of it."""

UNBOUNDED = 16_777_215
"""Qt's own word for no largest width."""

SPIN_BUTTONS = 34
"""Pixels of such a field beside its digits."""


class Toolbar(QToolBar):
    """The toolbar: buttons from the table of commands, the choices of the next run, and the filter."""

    def __init__(
        self, session: Session, choices: RunChoices, filter_state: FilterState, themes: ThemeSource, parent: QWidget
    ) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setAccessibleName("Toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(16, 16))
        self._session = session
        self._choices = choices
        self._words: list[QAction] = []
        self._narrow = False
        self._scenario_choices: tuple[str, int] | None = None
        self.engine = QComboBox(self)
        self.engine.setAccessibleName("Engine")
        for engine in ENGINES.values():
            self.engine.addItem(engine.id, engine.id)
            self.engine.setItemData(self.engine.count() - 1, engine.title, Qt.ItemDataRole.ToolTipRole)
        self.speed = QComboBox(self)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast the engine's time runs; max: waits cost nothing")
        for speed in SPEEDS:
            self.speed.addItem(speed_text(speed), speed)
        self.seed = QSpinBox(self)
        self.seed.setAccessibleName("Seed")
        self.seed.setRange(0, MOST_SEED)
        self.search = SearchLine(session, filter_state, themes, self)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.engine.activated.connect(self._engine_chosen)
        self.speed.activated.connect(self._speed_chosen)
        self.seed.valueChanged.connect(choices.set_seed)
        choices.changed.connect(self.refresh)
        self.refresh()

    def place(self, actions: QtActions) -> None:
        """Put everything in its place."""
        for action_id in TOOLBAR:
            self._add(actions, action_id)
        self.addSeparator()
        for word, choice in (("engine", self.engine), ("speed", self.speed), ("seed", self.seed)):
            label = QLabel(word, self)
            label.setProperty("muted", True)
            label.setContentsMargins(5, 0, 3, 0)
            label.setBuddy(choice)
            self._words.append(self.addWidget(label))
            self.addWidget(choice)
        self.addSeparator()
        for action_id in TOOLBAR_RIGHT:
            self._add(actions, action_id)
        self.addSeparator()
        self.addWidget(self.search)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is less room words go first: no button and no choice may fall off the end."""
        super().resizeEvent(event)
        self._fit_words()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters need more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._words:
            self._fit_words()

    def _fit_words(self) -> None:
        metrics = self.fontMetrics()
        tight = self.width() < NEEDED * metrics.averageCharWidth()
        self.seed.setFixedWidth(metrics.horizontalAdvance(SEED_SHOWN[tight]) + SPIN_BUTTONS)
        self.engine.setMaximumWidth(ENGINE_SHOWN * metrics.averageCharWidth() + SPIN_BUTTONS if tight else UNBOUNDED)
        self.search.setMinimumWidth(LEAST_FILTER[tight])
        narrow = self.width() < NEEDED_WITH_WORDS * metrics.averageCharWidth()
        if narrow != self._narrow:
            self._narrow = narrow
            for word in self._words:
                word.setVisible(not narrow)
            for button in self.findChildren(QToolButton):
                if button.property("worded"):
                    button.setToolButtonStyle(_style(words=not narrow))
                    button.setMinimumWidth(0)

    def refresh(self) -> None:
        """Show the choices as they are."""
        choices = self._choices
        self.engine.setCurrentIndex(max(0, self.engine.findData(choices.engine)))
        self.speed.setCurrentIndex(max(0, self.speed.findData(choices.speed)))
        self.seed.setValue(choices.seed)
        engine, seed = self._scenario_choices or (choices.engine, choices.seed)
        self.engine.setToolTip(f"{choices.engine}: {ENGINE_TIP}{_instead(engine, choices.engine)}")
        self.seed.setToolTip(SEED_TIP + _instead(seed, choices.seed))

    def refresh_document(self) -> None:
        """Where the scenario says another engine or seed, that is where to begin; other edits keep the choice."""
        document = self._session.document
        wanted = (document.scenario.engine, document.scenario.seed) if document else None
        changed, self._scenario_choices = wanted != self._scenario_choices, wanted
        if wanted is not None and changed:
            self._choices.set_engine(wanted[0])
            self._choices.set_seed(wanted[1])
        self.refresh()

    def forget(self) -> None:
        """Another file was opened: its engine and seed count."""
        self._scenario_choices = None
        self.refresh_document()

    def refresh_engine(self) -> None:
        """What a run began with stays as it is until it ends."""
        at_rest = self._session.engine_state.phase in (*AT_REST, "following")
        self.engine.setEnabled(at_rest)
        self.seed.setEnabled(at_rest)

    def _add(self, actions: QtActions, action_id: str) -> None:
        if not action_id:
            self.addSeparator()
            return
        self.addAction(actions[action_id])
        button = self.widgetForAction(actions[action_id])
        if isinstance(button, QToolButton):
            button.setAccessibleName(actions[action_id].command.title)
            if action_id == "run.start":
                # Run becomes Continue: what stands beside it must not jump.
                button.setMinimumWidth(button.fontMetrics().horizontalAdvance("Continue") + 34)
            button.setProperty("worded", action_id in WITH_WORDS)
            button.setToolButtonStyle(_style(words=action_id in WITH_WORDS))

    def _engine_chosen(self, row: int) -> None:
        self._choices.set_engine(str(self.engine.itemData(row)))

    def _speed_chosen(self, row: int) -> None:
        self._choices.set_speed(float(self.speed.itemData(row)))


def _instead(wanted: object, chosen: object) -> str:
    """What the scenario says where a person chose something else for the next run."""
    return f"\nThe scenario says {wanted}: a run takes what stands here" if wanted != chosen else ""


def _style(*, words: bool) -> Qt.ToolButtonStyle:
    return Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
