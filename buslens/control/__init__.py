"""Into the program: a Unix socket by which a person emits an event by hand, or changes what is recorded.

Only in a program that was started so (`--control`). docs/control.md has the protocol; `control` begins here, with the
socket and its thread, and `commands` has a file for each thing that can be asked for.
"""
