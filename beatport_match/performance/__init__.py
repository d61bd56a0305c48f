"""TODO performance."""
