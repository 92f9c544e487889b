"""The few questions that stop a person: which file, and what to do with unsaved changes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


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


def about_unsaved(parent: QWidget, title: str) -> str:
    """ "save", "discard" or "cancel"."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setWindowTitle("Unsaved changes")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"Save the changes to {title}?")
    box.setInformativeText("They are lost otherwise.")
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
