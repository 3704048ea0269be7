"""Simulated companies in which AI agents learn and prove multi-step business work."""

__version__ = "0.1.0"
