"""Pprof Lens: what Go profiles say, on the line that it is said about."""

__version__ = "0.1.0"
