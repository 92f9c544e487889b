"""Before a scenario is run, saved or left: what was typed into its fields and is not in it is told, and asked for.

Nothing of it is lost by a run or a save: it stays in its fields. It would be lost where the scenario is left.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from bus.scenario.drafts import Draft, Drafts
from bus.session import Session
from ui.widgets import ask

MOST_TOLD = 8


class DraftGuard:
    """Asks before a run or save whether fields with mistakes may be left out; remembers the answer, to ask once."""

    def __init__(self, session: Session, window: QWidget, go_to: Callable[[Draft], None]) -> None:
        """go_to: brings the person to the field of a draft."""
        self._session = session
        self._window = window
        self._go_to = go_to
        self._run_without: Drafts = ()

    def may_run(self) -> bool:
        """Whether the scenario may run as it was before these fields were changed."""
        drafts = self._drafts
        if drafts == self._run_without:
            return True
        allowed = self._ask(drafts, "Run without", "What runs is the scenario as it was before.")
        self._run_without = drafts if allowed else ()
        return allowed

    def may_save(self) -> bool:
        """Whether the rest may be saved."""
        return self._ask(
            self._drafts, "Save without", "The file keeps what it said there. The text stays in its field."
        )

    def may_leave(self) -> bool:
        """Whether what was typed may be lost."""
        return self._ask(self._drafts, "Leave without", "It cannot be saved as it is, and is lost otherwise.")

    @property
    def _drafts(self) -> Drafts:
        document = self._session.document
        return document.drafts if document is not None else ()

    def _ask(self, drafts: Drafts, go_on: str, what_then: str) -> bool:
        if not drafts:
            return True
        answer = ask.about_mistakes(self._window, told(drafts), what_then, go_on)
        if answer == "show":
            self._go_to(drafts[0])
        return answer == "go on"


def told(drafts: Drafts) -> str:
    """The fields and what is wrong with them, the first ones if there are many."""
    first = "1 field has a mistake:" if len(drafts) == 1 else f"{len(drafts)} fields have mistakes:"
    more = [f"… and {len(drafts) - MOST_TOLD} more"] if len(drafts) > MOST_TOLD else []
    return "\n".join([first, *(str(draft) for draft in drafts[:MOST_TOLD]), *more])
