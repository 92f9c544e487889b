"""Breakpoints in the window: the commands, the bar of what is held, the sheet of both, and where they are kept."""
