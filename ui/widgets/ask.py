"""The few questions that stop a person: which file, and what to do with unsaved changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

MOST_NAMED = 5
"""Runs that a question names."""


def file_to_open(parent: QWidget, title: str, folder: Path, kinds: str) -> Path | None:
    """The file that was chosen, None where the person thought better of it."""
    name, _kind = QFileDialog.getOpenFileName(parent, title, str(folder), kinds)
    return Path(name) if name else None


def file_to_save(parent: QWidget, title: str, suggestion: Path, kinds: str) -> Path | None:
    """Where to write; the dialog asks before an existing file is replaced."""
    name, _kind = QFileDialog.getSaveFileName(parent, title, str(suggestion), kinds)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix else path.with_name(path.name + suggestion.suffix)


def folder(parent: QWidget, title: str, begin: Path) -> Path | None:
    """The folder that was chosen, None where the person thought better of it."""
    name = QFileDialog.getExistingDirectory(parent, title, str(begin))
    return Path(name) if name else None


def about_runs(parent: QWidget, names: Sequence[str]) -> str:
    """ "save", "discard" or "cancel", of runs that are in no file."""
    many = len(names) > 1
    listed = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    return _save_or_not(
        parent,
        "Unsaved runs",
        f"Save {len(names)} runs as captures?" if many else f"Save {names[0]} as a capture?",
        f"{listed}: they are lost otherwise." if many else "It is lost otherwise.",
    )


def whether_to_end(parent: QWidget, running: str, wanted: str) -> bool:
    """Ask whether to end what goes on, before something else comes into view."""
    return _yes_or_cancel(
        parent, "End it?", f"{running or 'The run'} goes on. End it to show {wanted}?", "End and Show"
    )


def whether_to_remove(parent: QWidget, name: str) -> bool:
    """Ask whether to remove a run that is in no file."""
    return _yes_or_cancel(parent, "Remove it?", f"{name} is in no file. Remove it for good?", "Remove")


def about_unsaved(parent: QWidget, title: str) -> str:
    """Ask what becomes of unsaved changes; answers "save", "discard" or "cancel"."""
    return _save_or_not(parent, "Unsaved changes", f"Save the changes to {title}?", "They are lost otherwise.")


def _save_or_not(parent: QWidget, title: str, question: str, more: str) -> str:
    buttons = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    box.setInformativeText(more)
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = QMessageBox.StandardButton(box.exec())
    box.deleteLater()
    return {buttons.Save: "save", buttons.Discard: "discard"}.get(answer, "cancel")


def about_mistakes(parent: QWidget, told: str, what_then: str, go_on: str) -> str:
    """ "go on" without what was typed, "show" the first of the fields, or "cancel"."""
    box = QMessageBox(parent)
    box.setWindowTitle("Fields with mistakes")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(told)
    box.setInformativeText(what_then)
    show = box.addButton("Go to It", QMessageBox.ButtonRole.AcceptRole)
    without = box.addButton(go_on, QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(show)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return "show" if clicked is show else "go on" if clicked is without else "cancel"


def _yes_or_cancel(parent: QWidget, title: str, question: str, yes: str) -> bool:
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    button = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    agreed = box.clickedButton() is button
    box.deleteLater()
    return agreed
