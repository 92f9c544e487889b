"""A sheet over the window: the runs that a scenario could have as well, and what breaks in one of them."""
