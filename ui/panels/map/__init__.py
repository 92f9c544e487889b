"""The map: who emits and who handles, drawn from left to right."""
