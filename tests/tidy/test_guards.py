"""The guards around every test would notice what they guard against."""

import os
import socket
from pathlib import Path

import pytest

from support.environment import environment_of_nobody
from support.network import NetworkGuard


def test_nothing_of_a_person_reaches_a_test(home: Path):
    outside = {
        "PATH": "/bin",
        "HOME": "/somebody",
        "GIT_DIR": "x",
        "SSH_AUTH_SOCK": "y",
        "API_KEY": "z",
    }

    inside = environment_of_nobody(home, outside)

    assert inside["PATH"] == "/bin"
    assert inside["HOME"] == str(home)
    assert inside["GIT_CONFIG_GLOBAL"] == os.devnull
    assert not {"GIT_DIR", "SSH_AUTH_SOCK", "API_KEY"} & inside.keys()


def test_this_test_has_an_empty_home_of_its_own(home: Path):
    assert Path.home() == home
    assert [path.name for path in home.iterdir()] == ["run"]


@pytest.mark.parametrize("address", ["192.0.2.1", "::ffff:192.0.2.1", "peon.example", ""])
def test_leaving_the_machine_is_noticed(address: str):
    guard = NetworkGuard()

    with pytest.raises(PermissionError):
        guard.judge("socket.getaddrinfo", (address, 80))

    assert len(guard.taken()) == 1
    assert guard.taken() == []


def test_staying_on_the_machine_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    near, far = socket.socketpair()
    near.close()
    far.close()
