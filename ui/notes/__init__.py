"""Notes of a person in the window: writing, listing, saving."""
