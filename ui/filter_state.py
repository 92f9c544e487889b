"""The one filter that the search line writes and that timeline and tables read."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bus.errors import UserError
from bus.find import rows
from bus.find.filter_quote import quote

AT_ONCE = 8 * 1024 * 1024
"""Bytes of payloads that are looked through within the filter: some milliseconds."""


class FilterState(QObject):
    """What the person typed, what it means, and what is wrong with it.

    While the text has a mistake the last right filter stays in force: rows must not jump at every key.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, most_payloads: int = AT_ONCE) -> None:
        super().__init__(parent)
        self.most_payloads = most_payloads
        """Bytes that whoever filters looks through by the way; in more of them ui/payload_search.py looks before."""

        self._text = ""
        self._applied = ""
        self._filter = rows.parse("")
        self._error: UserError | None = None

    @property
    def text(self) -> str:
        """What stands in the search line, right or wrong."""
        return self._text

    @property
    def applied_text(self) -> str:
        """The text of the filter that is in force; empty where everything is shown."""
        return self._applied

    @property
    def filter(self) -> rows.Filter:
        """The filter that is in force."""
        return self._filter

    @property
    def error(self) -> UserError | None:
        """What is wrong with `text`; `at.column` points into it, from 1."""
        return self._error

    @property
    def active(self) -> bool:
        """Whether anything may be hidden."""
        return bool(self._applied)

    def set_text(self, text: str) -> None:
        """Filter by this text; an empty one shows everything."""
        text = text.strip()
        if text == self._text:
            return
        self._text = text
        try:
            self._filter = rows.parse(text)
            self._applied, self._error = text, None
        except UserError as error:
            self._error = error
        self.changed.emit()

    def refresh(self) -> None:
        """Tell that the filter finds more rows than before: a search in payloads went on."""
        self.changed.emit()

    def add_term(self, field: str, value: str) -> None:
        """Narrow by one more term, `field:value`; a term of the same field is replaced."""
        kept = [term for term in split_terms(self._applied) if not term.startswith(f"{field}:")]
        self.set_text(" ".join([*kept, f"{field}:{quote(value)}"]))

    def clear(self) -> None:
        """Remove the filter, so that everything is shown."""
        self.set_text("")


def split_terms(text: str) -> list[str]:
    """The words of a search line; blanks inside double quotes do not part them."""
    terms: list[str] = []
    word, quoted = "", False
    for letter in text:
        if letter == '"' and not word.endswith("\\"):
            quoted = not quoted
        if letter.isspace() and not quoted:
            terms.append(word)
            word = ""
        else:
            word += letter
    return [term for term in [*terms, word] if term]
