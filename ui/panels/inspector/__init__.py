"""Everything about the one dispatch or call that is selected. Begin at panel.py; facts.py reads them from the trace."""
