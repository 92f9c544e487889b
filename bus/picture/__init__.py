"""What a timeline draws at any zoom, as numbers without Qt: lanes, bars, tracks, levels of detail."""
