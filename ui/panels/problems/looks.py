"""How the severities of problems look: an icon, a word and a colour for each, never colour alone."""

from __future__ import annotations

from bus.analysis.problems.finding import Severity
from ui.theme import Theme

ICONS = {Severity.ERROR: "failed", Severity.WARNING: "lost", Severity.HINT: "info"}


def colour_of(severity: Severity, theme: Theme) -> str:
    """The colour of its word and of its sparkline."""
    return {Severity.ERROR: theme.failed, Severity.WARNING: theme.warning, Severity.HINT: theme.muted}[severity]
