"""The version of the package; this is its only definition."""

__version__ = "0.2.0"
