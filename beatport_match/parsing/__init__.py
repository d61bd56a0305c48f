"""TODO parsing."""
