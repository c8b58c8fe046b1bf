"""Peon: the process an editor spawns to run coding agents."""
