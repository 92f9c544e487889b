"""File > Save Evidence: a page about what is in view, with a preview of what leaves."""
