"""Peon: the process an editor spawns to run coding agents."""

__version__ = "0.1.0"
