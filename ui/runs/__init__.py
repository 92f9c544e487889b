"""The runs and captures that can come back into view: which one it is, verbs of their list, and what quitting asks."""
