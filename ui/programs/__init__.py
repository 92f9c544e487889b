"""The list of programs that are watched."""
