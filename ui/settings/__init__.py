"""The settings as a dialog: what a person chose, changed at once."""
