"""How a process that was started by a relay becomes nobody's."""

import os


def detach() -> None:
    """Go on as a child of nobody, in no folder of anybody's.

    Editors end their servers with all that descends from them, and the owner serves others too.
    """
    if os.fork():
        os._exit(0)
    os.chdir("/")
