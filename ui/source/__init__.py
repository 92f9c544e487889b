"""Where something stands in the source: in the open scenario, in a sheet of ours, in the person's editor."""
