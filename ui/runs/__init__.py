"""The runs and captures that can come back into view: which one it is, the list of them, and what quitting asks."""
