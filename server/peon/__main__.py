"""What `peon` and `python -m peon` start."""

import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from peon.attach.arguments import Owning, Serving


def main() -> None:
    """Run the command line; what a command does not need is not imported.

    Servers are entered from here, because each of their milliseconds is one that an editor waits.
    """
    from peon.attach.arguments import owning, serving

    arguments = sys.argv[1:]
    if (told := serving(arguments)) is not None:
        _serve(told)
    if (owned := owning(arguments)) is not None:
        _own(owned)
    from peon.cli.commands import run

    run()


def _serve(told: "Serving") -> NoReturn:
    from peon.attach.systems import shares_owners

    if shares_owners() and not told.standalone:
        from peon import __version__
        from peon.attach.relay import relay

        # There is nothing left to be done that is worth the time the interpreter takes to end.
        os._exit(relay(told, __version__))
    from pathlib import Path

    from peon.runtime import class_code, collector

    collector.wait()
    class_code.reuse()
    from peon.cli.serving import serve

    sys.exit(serve(None if told.state_dir is None else Path(told.state_dir)))


def _own(owned: "Owning") -> NoReturn:
    from peon.attach.detaching import detach
    from peon.runtime import class_code, collector

    detach()
    collector.wait()
    class_code.reuse()
    from peon.cli.owning import own

    sys.exit(own(owned))


if __name__ == "__main__":
    main()
