"""The flight recorder in the window: its sign, its notice, its settings."""
