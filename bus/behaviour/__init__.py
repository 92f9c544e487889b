"""What sample handlers do: their steps, where these stand in the file, and what they may ask of a run."""
