"""The flight recorder: what happened just before something went wrong, written by itself."""
