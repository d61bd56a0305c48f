"""TODO transport."""
