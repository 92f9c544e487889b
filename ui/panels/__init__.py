"""The panels around the timeline, a folder each; what two of them need stands beside the folders."""
