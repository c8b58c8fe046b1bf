"""The commands that people type: serve, demo, run, log and doctor.

Invariant: nothing imports it but `peon.__main__`, and it decides nothing about projects, threads
and turns. `demo` and `run` are clients like any editor: they spawn a server and speak the protocol.
`log` and `doctor` only read, take no lock and leave every byte as it is.
"""
