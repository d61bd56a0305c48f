"""The version of the package; this is its only definition."""

__version__ = "0.1.0"
