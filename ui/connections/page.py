"""One broker of the Connections window: who says where it is, the form, Test and Save."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bus import connections
from bus.brokers import reach, reach_as
from bus.connections import BrokerKind, Connection, ConnectionOrigin, file, keeping
from bus.errors import UserError
from ui.connections.form import ConnectionForm
from ui.icons import icon
from ui.job import Job
from ui.theme import ThemeSource

PATIENCE_MS = 15_000
"""The checks end by themselves sooner; a name that is looked up, or a keyring that asks, may not."""

UNSET = "Nothing is set: it is looked for on loopback."
UNSET_AND_OTHERWISE = "Nothing is set: the address of {} is used."
"""With the title of the other kind of broker."""

TEST, SAVE, DEFAULT = "Test", "Save", "Use Default"


class ConnectionPage(QWidget):
    """What may take its time, the network and the keyring, is done beside the Qt thread."""

    kept = Signal()

    def __init__(
        self, kind: BrokerKind, themes: ThemeSource, parent: QWidget, *, patience_ms: int = PATIENCE_MS
    ) -> None:
        super().__init__(parent)
        self.patience_ms = patience_ms
        """Until what was begun is given up."""

        self._kind, self._themes = kind, themes
        self._saved = Connection()
        self._doing = ""
        self._job = Job(self)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._give_up)
        self.origin = self._label()
        self.form = ConnectionForm(kind, self)
        self.test = self._button(TEST, "Connect with what stands here, and say what is wrong")
        self.save = self._button(SAVE, "From the next run on, of every Buslens on this machine")
        self.default = self._button(DEFAULT, "Forget what is set, its password too")
        self.test.clicked.connect(self.begin_test)
        self.save.clicked.connect(self.begin_save)
        self.default.clicked.connect(self.begin_default)
        self._sign = QLabel(self)
        self._sign_shown = ""
        self.says = self._label()
        self.says.setAccessibleName(f"{kind.title}: what came of it")
        self._place()
        self.form.edited.connect(self._allow)
        themes.changed.connect(self.refresh_theme)
        self.refresh()

    def refresh(self) -> None:
        """Show the connection that counts now, and who says so."""
        variable = self._kind.variable
        try:
            if url := os.environ.get(variable, ""):
                meant = connections.meant(self._kind, url)
                shown, origin = connections.parsed(meant, url)[0], ConnectionOrigin.ENVIRONMENT
                text = f"{variable} says {shown.place(meant)}: it counts, whatever is set here."
            elif (found := file.read().get(self._kind.id)) is not None:
                shown, origin, text = found, ConnectionOrigin.SETTINGS, "Set here."
            else:
                other = self._kind.otherwise
                text = UNSET if other is None else UNSET_AND_OTHERWISE.format(other.title)
                shown, origin = Connection(), ConnectionOrigin.DEFAULT
        except UserError as error:
            shown, origin, text = Connection(), ConnectionOrigin.DEFAULT, f"{error}."
        self._saved, self._origin = shown, origin
        self.origin.setText(text)
        self.form.show_connection(shown, self._password_hint(shown, origin))
        self.form.setEnabled(origin is not ConnectionOrigin.ENVIRONMENT)
        self._allow()

    def begin_test(self) -> None:
        """Try what stands in the fields."""
        if self._origin is ConnectionOrigin.ENVIRONMENT:
            self._begin(TEST, reach, self._kind, os.environ.get(self._kind.variable, ""))
            return
        chosen = self.form.connection
        stays = chosen.in_keyring and keeping.same_place(self._kind, chosen, self._saved)
        self._begin(TEST, reach_as, self._kind, replace(chosen, in_keyring=stays), self.form.password.text())

    def begin_save(self) -> None:
        """Save what stands in the form; it counts from the next run on."""
        self._begin(SAVE, keeping.keep, self._kind, self.form.connection, self.form.password.text())

    def begin_default(self) -> None:
        """Nothing is set any more."""
        self._begin(DEFAULT, keeping.forget, self._kind)

    def close_jobs(self) -> None:
        """End work that goes on; the window is closing."""
        self._patience.stop()
        self._job.forget()

    def refresh_theme(self) -> None:
        """Paint in the theme's colours from now on."""
        self._show_sign(self._sign_shown)

    def _begin(self, what: str, work: Callable[..., Any], *arguments: object) -> None:
        self._doing = what
        self._say("running", {TEST: "Trying…", SAVE: "Saving…", DEFAULT: "Forgetting…"}[what])
        self._patience.start(self.patience_ms)
        self._job.start(work, *arguments)
        self._allow()

    def _done(self, result: object) -> None:
        what, self._doing = self._doing, ""
        self._patience.stop()
        if what == TEST:
            self._say("reached", _sentence(str(result)))
            self._allow()
            return
        self.refresh()
        text = "Saved: it counts from the next run on." if what == SAVE else "Forgotten."
        self._say("reached", text)
        self.kept.emit()

    def _failed(self, error: object) -> None:
        self._doing = ""
        self._patience.stop()
        known = isinstance(error, UserError)
        self._say("failed", _sentence(str(error)) if known else f"Something went wrong: {type(error).__name__}.")
        self._allow()

    def _give_up(self) -> None:
        """What was begun may never end: it is left alone, and what is begun next does not wait for it."""
        self.close_jobs()
        self._doing = ""
        self._say("failed", f"No answer within {self.patience_ms // 1000} s: check the host's name and the keyring.")
        self._allow()

    def _allow(self) -> None:
        free, ours = not self._doing, self._origin is not ConnectionOrigin.ENVIRONMENT
        changed = self.form.connection != self._saved or bool(self.form.password.text())
        self.test.setEnabled(free)
        self.save.setEnabled(free and ours and changed)
        self.default.setEnabled(free and ours and self._origin is ConnectionOrigin.SETTINGS)

    def _password_hint(self, shown: Connection, origin: ConnectionOrigin) -> str:
        if origin is ConnectionOrigin.ENVIRONMENT:
            return f"as {self._kind.variable} says"
        if os.environ.get(self._kind.password_variable, ""):
            return f"as {self._kind.password_variable} says"
        return "kept in the system keyring" if shown.in_keyring else "none"

    def _say(self, sign: str, text: str) -> None:
        self._show_sign(sign)
        self.says.setText(text)

    def _show_sign(self, name: str) -> None:
        self._sign_shown = name
        if name:
            self._sign.setPixmap(icon(name, self._themes.theme).pixmap(QSize(16, 16), self.devicePixelRatioF()))

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _button(self, name: str, tip: str) -> QPushButton:
        button = QPushButton(name, self)
        button.setAccessibleName(f"{self._kind.title}: {name}")
        button.setToolTip(tip)
        button.setAutoDefault(name == TEST)
        return button

    def _place(self) -> None:
        self.origin.setProperty("muted", True)
        line = QHBoxLayout()
        line.addWidget(self.test)
        line.addStretch(1)
        line.addWidget(self.default)
        line.addWidget(self.save)
        result = QHBoxLayout()
        result.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        result.addWidget(self.says, 1)
        rows = QVBoxLayout(self)
        rows.setSpacing(10)
        rows.addWidget(self.origin)
        rows.addWidget(self.form)
        rows.addLayout(line)
        rows.addLayout(result)
        rows.addStretch(1)


def _sentence(text: str) -> str:
    """Begins with a capital, ends with a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
